from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
frontend = Service("frontend", namespace=shop, service_account="frontend", ports=[api])

status = Claim("status", str)
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
    claims=[status],
)
active = EndUser(auth, where=[status.is_not_in("suspended")])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders, frontend],
    rules=[
        allow(
            frontend, user=active, to=orders.at(api), http=AnyRequest(), because="users who are not suspended may order"
        ),
    ],
)
