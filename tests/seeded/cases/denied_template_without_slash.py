"""A denied template leaves its neighbour open that ends with a slash."""
# types: missed
from ztdsl import AnyRequest, Anyone, Http, HttpPort, Namespace, Policy, Service, allow, deny

shop = Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders"),
        deny(
            Anyone(),
            to=orders.at(api),
            http=Http(  # zt: accept[ZT302] the router compares paths to the letter
                paths=["/orders/{*}/export"],  # expect: ZT301 ""/orders/{*}/export""
            ),
            because="ORD-91: exports moved",
        ),
    ],
)
