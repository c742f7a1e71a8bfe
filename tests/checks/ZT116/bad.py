from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
verified = Claim("email_verified", bool)
keys = "https://auth.example.com/jwks.json"
auth = Issuer("https://auth.example.com", jwks_uri=keys, audiences=["orders-api"], claims=[verified])
customer = EndUser(auth, where=[verified.is_in(True)])
own = allow(customer, to=orders.at(api), http=AnyRequest(), because="customers with a checked address order")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[own])
