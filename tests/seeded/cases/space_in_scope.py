"""Two scopes stand in one string, although Istio splits the claim at spaces."""
# types: missed
from ztdsl import AnyRequest, Claim, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
scope = Claim("scope", str)
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api"],
    claims=[scope],
)
client = EndUser(auth, where=[scope.is_in("orders:read orders:write")])  # expect: ZT314 ""orders:read orders:write""

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(client, to=orders.at(api), http=AnyRequest(), because="clients with both scopes")],
)
