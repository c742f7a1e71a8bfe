from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, TokenHeader, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
auth = Issuer(
    "https://auth.example.com",
    audiences=["orders-api"],
    jwks_uri="https://auth.example.com/jwks.json",
    from_headers=[TokenHeader("Authorization", prefix="Bearer "), TokenHeader("x-id-token")],
)
customer = EndUser(auth)

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(customer, to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
