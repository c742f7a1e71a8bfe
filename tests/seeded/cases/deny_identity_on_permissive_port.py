"""A denial names an identity on a port that also accepts plaintext, where callers have none."""
# types: missed
from datetime import date

from ztdsl import AnyRequest, External, HttpPort, IpBlock, Namespace, Permissive, Policy, Service, allow, deny

shop = Namespace("shop")
legacy = HttpPort(
    8081,
    mtls=Permissive(because="SEC-142: the batch host has no sidecar", until=date(2027, 3, 31)),
)
orders = Service("orders", namespace=shop, service_account="orders", ports=[legacy])
crawler = External("crawler", namespace="tools", service_account="crawler")

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[
        allow(IpBlock("10.20.0.0/24"), to=orders.at(legacy), http=AnyRequest(), because="SEC-142: nightly batch"),
        deny(
            crawler,  # expect: ZT306 "crawler"
            to=orders.at(legacy),
            http=AnyRequest(),
            because="the crawler slows the batch down",
        ),
    ],
)
