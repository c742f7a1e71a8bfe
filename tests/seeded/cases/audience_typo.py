"""An end user's audience is not one of the issuer's."""
# types: missed
from ztdsl import AnyRequest, EndUser, HttpPort, Issuer, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
auth = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["orders-api", "orders-batch"],
)
customer = EndUser(auth, audience="order-api")  # expect: ZT115 ""order-api""

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(customer, to=orders.at(api), http=AnyRequest(), because="customers see their orders")],
)
