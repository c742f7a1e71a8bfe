"""A port is added to a service after the service was declared."""
# types: caught
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders")
orders.ports = [api]  # expect: ZT003 "orders.ports"

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[allow(frontend, to=orders.at(api), http=Http(paths=["/orders"]), because="the shop lists orders")],
)
