"""A rule says nothing about why it exists."""
# types: caught
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
listing = Http(methods=["GET"], paths=["/orders"])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=listing),  # expect: ZT136 "allow(frontend, to=orders.at(api), http=listing)"
    ],
)
