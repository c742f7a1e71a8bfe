"""A permissive port should have been closed in June."""
# types: missed
from datetime import date

from ztdsl import IpBlock, Namespace, Permissive, Policy, Service, TcpPort, allow_tcp

shop = Namespace("shop")
legacy = TcpPort(
    7070,
    mtls=Permissive(
        because="SEC-142: the batch host has no sidecar",
        until=date(2026, 6, 30),  # expect: ZT401 "date(2026, 6, 30)"
    ),
)
orders = Service("orders", namespace=shop, service_account="orders", ports=[legacy])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow_tcp(IpBlock("10.20.0.0/24"), to=orders.at(legacy), because="SEC-142: nightly batch")],
)
