from ztdsl import AnyRequest, Http, HttpPort, Namespace, Policy, Service, allow, audit, log_denied

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
stock = Service("stock", namespace=shop, service_account="stock", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders, stock],
    rules=[
        allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop works with orders"),
        audit(frontend, to=orders.at(api), http=Http(methods=["DELETE"]), because="ORD-77: who deletes orders"),
    ],
    logs=[log_denied(stock, because="who was refused")],
)
