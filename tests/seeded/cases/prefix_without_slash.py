"""A prefix takes in neighbours: `/admin*` is also `/administrators`."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
backoffice = Service("backoffice", namespace=shop, service_account="backoffice")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[backoffice, orders],
    rules=[
        allow(
            backoffice,
            to=orders.at(api),
            http=Http(paths=["/admin*"]),  # expect: ZT312 ""/admin*""
            because="the back office administers orders",
        ),
    ],
)
