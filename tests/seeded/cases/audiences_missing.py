"""An issuer is declared without its audiences."""
# types: caught
from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
keys = "https://auth.example.com/jwks.json"
auth = Issuer("https://auth.example.com", jwks_uri=keys)  # expect: ZT102 "Issuer("https://auth.example.com", jwks_uri=keys)"

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(EndUser(auth), to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
