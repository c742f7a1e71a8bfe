from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
roles = Claim("roles", str)
auth = Issuer(
    "https://auth.example.com",
    audiences=["orders-api"],
    jwks_uri="https://auth.example.com/jwks.json",
    claims=[roles],
    space_delimited=[roles],
)
staff = EndUser(auth, where=[roles.is_in("support")])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(staff, to=orders.at(api), http=AnyRequest(), because="support looks into orders")],
)
