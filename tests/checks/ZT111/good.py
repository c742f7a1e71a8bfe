from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
)
customer = EndUser(auth, audience="orders-api")
own = allow(customer, to=orders.at(api), http=AnyRequest(), because="customers see their orders")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[own])
