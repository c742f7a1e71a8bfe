"""An address block has bits beyond its mask."""
# types: missed
from datetime import date

from ztdsl import IpBlock, Namespace, Permissive, Policy, Service, TcpPort, allow_tcp

shop = Namespace("shop")
batch = TcpPort(7070, mtls=Permissive(because="SEC-142: no sidecar on the host", until=date(2027, 3, 31)))
orders = Service("orders", namespace=shop, service_account="orders", ports=[batch])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[
        allow_tcp(
            IpBlock("10.20.0.7/24"),  # expect: ZT123 ""10.20.0.7/24""
            to=orders.at(batch),
            because="SEC-142: nightly batch",
        ),
    ],
)
