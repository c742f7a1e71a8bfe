"""The list of callers is empty, which Istio would read as everyone."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[
        allow(
            [],  # expect: ZT131 "[]"
            to=orders.at(api),
            http=AnyRequest(),
            because="callers will be added when they are known",
        ),
    ],
)
