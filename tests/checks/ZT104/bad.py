from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop_orders")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop-orders",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop UI places orders"),
    ],
)
