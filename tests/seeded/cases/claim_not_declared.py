"""A test uses a claim that the issuer does not declare."""
# types: missed
from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
tenant, region = Claim("tenant", str), Claim("region", str)
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
    claims=[tenant],
)
european = EndUser(
    auth,
    where=[
        tenant.is_present(),
        region.is_in("eu"),  # expect: ZT113 "region.is_in("eu")"
    ],
)

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(european, to=orders.at(api), http=AnyRequest(), because="European tenants see their orders")],
)
