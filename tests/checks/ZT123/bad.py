from datetime import date

from ztdsl import IpBlock, Namespace, Permissive, Policy, Service, TcpPort, allow_tcp

shop = Namespace("shop")
postgres = TcpPort(5432, mtls=Permissive(because="SEC-142: the batch host has no sidecar", until=date(2027, 3, 31)))
database = Service("orders-db", namespace=shop, service_account="orders-db", ports=[postgres])

policy = Policy(
    "shop-data",
    owns=[shop],
    services=[database],
    rules=[
        allow_tcp(IpBlock("10.20.0.7/24"), to=database.at(postgres), because="SEC-142: nightly batch"),
    ],
)
