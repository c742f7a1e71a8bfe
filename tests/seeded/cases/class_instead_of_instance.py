"""The parentheses after `AnyRequest` are missing."""
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
        allow(frontend, to=orders.at(api), http=AnyRequest, because="the shop needs all of it"),  # expect: ZT101 "AnyRequest"
    ],
)
