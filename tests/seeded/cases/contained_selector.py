"""The selector of one service takes in the pods of another."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])  # expect: ZT109 ""orders""
canary = Service(
    "orders-canary",
    namespace=shop,
    service_account="orders-canary",
    ports=[api],
    labels={"app": "orders", "track": "canary"},
)

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders, canary],
    rules=[allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders")],
)
