"""A variable is misspelt."""
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
        allow(fronted, to=orders.at(api), http=AnyRequest(), because="the shop lists orders"),  # expect: ZT003 "fronted"
    ],
)
