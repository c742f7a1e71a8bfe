"""An issuer accepts tokens that were made for any other service."""
# types: missed
from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=[],  # expect: ZT126 "[]"
)

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(EndUser(auth), to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
