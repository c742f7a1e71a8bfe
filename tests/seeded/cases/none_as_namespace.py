"""A namespace is looked up, and the lookup gives None."""
# types: caught
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

namespaces = {"web": Namespace("web"), "shop": Namespace("shop")}
api = HttpPort(8080)
frontend = Service("frontend", namespace=namespaces["web"], service_account="frontend")
orders = Service(
    "orders",
    namespace=namespaces.get("orders"),  # expect: ZT101 "namespaces.get("orders")"
    service_account="orders",
    ports=[api],
)

policy = Policy(
    "shop",
    owns=list(namespaces.values()),
    services=[frontend, orders],
    rules=[allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders")],
)
