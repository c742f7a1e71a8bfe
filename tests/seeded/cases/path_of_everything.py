"""A path takes in every path and looks as if it narrowed the rule."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(
            frontend,
            to=orders.at(api),
            http=Http(paths=["/*"]),  # expect: ZT307 ""/*""
            because="the shop uses all of it",
        ),
    ],
)
