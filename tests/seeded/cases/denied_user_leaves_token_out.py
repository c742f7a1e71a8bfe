"""Suspended users are denied by a claim, and get in when they leave their token out."""
# types: missed
from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow, deny

shop = Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
status = Claim("status", str)
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
    claims=[status],
)
suspended = EndUser(auth, where=[status.is_in("suspended")])

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop passes its users on"),
        deny(  # expect: ZT317 "deny("
            suspended,
            to=orders.at(api),
            http=AnyRequest(),
            because="suspended users order nothing",
        ),
    ],
)
