from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
http = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[http])
orders = Service("orders", namespace=shop, service_account="orders", ports=[http])
stock = Service("stock", namespace=shop, service_account="stock", ports=[http])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders, stock],
    rules=[
        allow(
            frontend,
            to=orders.at(http),
            http=Http(methods=["GET", "POST"], paths=["/orders", "/orders/*"]),
            because="the shop UI lists and places orders",
        ),
        allow(orders, to=stock.at(http), http=Http(paths=["/stock/*"]), because="it takes goods out"),
    ],
)
