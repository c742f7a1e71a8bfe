"""A header is named as in prose, with spaces."""
# types: missed
from ztdsl import Header, Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
beta = Header("X Release Channel", any_of=["beta"])  # expect: ZT127 ""X Release Channel""

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders],
    rules=[
        allow(
            frontend,
            to=orders.at(api),
            http=Http(paths=["/orders/preview"], headers=[beta]),
            because="previews for those who asked for them",
        ),
    ],
)
