"""The address of an issuer's keys carries a password, which `ztc` does not show."""
# types: missed
from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://reader:example-password@auth.example.com/jwks.json",  # expect: ZT124 ""https://reader:example-password@auth.example.com/jwks.json""
    audiences=["orders-api"],
)

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(EndUser(auth), to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
