"""HTTP requests are allowed on a database port, whose bytes the proxy does not read."""
# types: caught
from ztdsl import AnyRequest, Namespace, Policy, Service, TcpPort, allow

shop = Namespace("shop")
postgres = TcpPort(5432)
orders = Service("orders", namespace=shop, service_account="orders")
orders_db = Service("orders-db", namespace=shop, service_account="orders-db", ports=[postgres])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders, orders_db],
    rules=[
        allow(
            orders,
            to=orders_db.at(postgres),  # expect: ZT129 "orders_db.at(postgres)"
            http=AnyRequest(),
            because="orders are kept there",
        ),
    ],
)
