from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
role = Claim("role", str)
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
    claims=[role],
)
admins = EndUser(auth, where=[role.is_in("orders-admin")])
manage = allow(admins, to=orders.at(api), http=AnyRequest(), because="admins manage orders")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[manage])
