"""A service of the policy's own namespace is missing from its services."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend],
    rules=[
        allow(
            frontend,
            to=orders.at(api),  # expect: ZT110 "orders.at(api)"
            http=AnyRequest(),
            because="the shop lists and places orders",
        ),
    ],
)
