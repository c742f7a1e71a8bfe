"""The rule names the Service's number, 80, instead of the declared port."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080, service=80)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(
            frontend,
            to=orders.at(HttpPort(80)),  # expect: ZT112 "orders.at(HttpPort(80))"
            http=Http(methods=["GET"], paths=["/orders"]),
            because="the shop lists orders",
        ),
    ],
)
