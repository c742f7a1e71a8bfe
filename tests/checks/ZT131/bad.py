from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

batch, shop = Namespace("batch"), Namespace("shop")
api = HttpPort(8080)
nightly = Service("nightly", namespace=batch, service_account="nightly")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
exporters = [service for service in (nightly,) if service.name.startswith("export-")]

policy = Policy(
    "shop",
    owns=[batch, shop],
    services=[nightly, orders],
    rules=[
        allow(exporters, to=orders.at(api), http=Http(paths=["/export"]), because="FIN-12: books are closed nightly"),
    ],
)
