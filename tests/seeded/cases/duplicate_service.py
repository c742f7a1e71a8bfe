"""A service is declared twice under one name."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api, admin = HttpPort(8080), HttpPort(8081)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
orders_admin = Service("orders", namespace=shop, service_account="orders", ports=[admin])  # expect: ZT108 ""orders""

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders, orders_admin],
    rules=[allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders")],
)
