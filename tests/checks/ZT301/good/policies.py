from ztdsl import Anyone, Http, HttpPort, Namespace, Policy, Service, deny

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[
        deny(Anyone(), to=orders.at(api), http=Http(paths=["/admin", "/admin/*"]), because="OPS-9: the console moved"),
    ],
)
