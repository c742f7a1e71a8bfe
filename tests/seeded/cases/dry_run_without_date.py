"""A trial of a denial has no end."""
# types: caught
from ztdsl import Anyone, DryRun, Http, HttpPort, Namespace, Policy, Service, deny

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[
        deny(
            Anyone(),
            to=orders.at(api),
            http=Http(methods=["DELETE"]),
            stage=DryRun(),  # expect: ZT402 "DryRun()"
            because="ORD-77: deletion moves to the archive",
        ),
    ],
)
