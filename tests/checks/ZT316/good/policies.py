from ztdsl import Http, HttpPort, Identity, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
nightly = Identity("spiffe://prod.example/ns/batch/sa/nightly")

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(nightly, to=orders.at(api), http=Http(paths=["/export"]), because="FIN-12: books are closed nightly")],
)
