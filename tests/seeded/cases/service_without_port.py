"""A rule is about a service as a whole instead of one of its ports."""
# types: caught
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders, http=AnyRequest(), because="the shop lists and places orders"),  # expect: ZT101 "orders"
    ],
)
