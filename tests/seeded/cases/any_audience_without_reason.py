"""The check of audiences is given up, and nobody says why."""
# types: caught
from ztdsl import AnyAudience, AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=AnyAudience(),  # expect: ZT402 "AnyAudience()"
)

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(EndUser(auth), to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
