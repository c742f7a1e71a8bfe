from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
admin = Claim("admin", bool)
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
    claims=[admin],
)
admins = EndUser(auth, where=[admin.is_present()])
manage = allow(admins, to=orders.at(api), http=AnyRequest(), because="admins manage orders")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[manage])
