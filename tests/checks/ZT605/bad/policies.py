from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow, log_denied

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[allow(frontend, to=orders.at(api), http=Http(paths=["/orders"]), because="the shop lists orders")],
    logs=[
        log_denied(shop, because="who was denied"),
    ],
)
