from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=Http(methods=["GET"], paths=["/orders/*"]), because="it lists orders"),
    ],
)
