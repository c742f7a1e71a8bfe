from datetime import date

from ztdsl import Http, HttpPort, Namespace, Permissive, Policy, Service, deny

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080, mtls=Permissive(because="SEC-142: the batch host has no sidecar", until=date(2027, 3, 31)))
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        deny(frontend, to=orders.at(api), http=Http(methods=["DELETE"]), because="ORD-77: the shop never deletes"),
    ],
)
