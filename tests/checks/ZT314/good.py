from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
scope = Claim("scope", str)
auth = Issuer(
    "https://auth.example.com",
    audiences=["orders-api"],
    jwks_uri="https://auth.example.com/jwks.json",
    claims=[scope],
)
writer = EndUser(auth, where=[scope.has_all("orders:read", "orders:write")])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(writer, to=orders.at(api), http=AnyRequest(), because="clients manage their orders")],
)
