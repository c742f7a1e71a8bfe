"""An address was copied from a log of the application, which shows IPv4 in IPv6 form."""
# types: missed
from datetime import date

from ztdsl import IpBlock, Namespace, Permissive, Policy, Service, TcpPort, allow_tcp

shop = Namespace("shop")
legacy = TcpPort(7070, mtls=Permissive(because="SEC-142: the batch host has no sidecar", until=date(2027, 3, 31)))
orders = Service("orders", namespace=shop, service_account="orders", ports=[legacy])
batch = IpBlock("::ffff:10.20.0.7")  # expect: ZT123 ""::ffff:10.20.0.7""

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow_tcp(batch, to=orders.at(legacy), because="SEC-142: nightly batch")],
)
