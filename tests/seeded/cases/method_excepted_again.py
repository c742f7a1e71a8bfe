"""A request pattern excepts the only method that it names, and matches nothing."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
reading = Http(
    methods=["GET"],  # expect: ZT138 "["GET"]"
    not_methods=["GET", "DELETE"],
    paths=["/orders", "/orders/*"],
)

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[allow(frontend, to=orders.at(api), http=reading, because="the shop shows orders")],
)
