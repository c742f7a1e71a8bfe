"""Two services of a namespace select the same pods."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
read, write = HttpPort(8080), HttpPort(8081)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders_read = Service("orders-read", namespace=shop, service_account="orders", ports=[read], labels={"app": "orders"})
orders_write = Service(
    "orders-write",
    namespace=shop,
    service_account="orders",
    ports=[write],
    labels={"app": "orders"},  # expect: ZT109 "{"app": "orders"}"
)

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders_read, orders_write],
    rules=[allow(frontend, to=orders_read.at(read), http=AnyRequest(), because="the shop lists orders")],
)
