from ztdsl import AnyRequest, Http, HttpPort, Namespace, Policy, Service, ServiceAccount, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
stock = Service("stock", namespace=shop, service_account="stock", ports=[api])
picker = ServiceAccount("picker", namespace="robots")

policy = Policy(
    "warehouse",
    owns=[shop],
    services=[orders, stock],
    rules=[
        allow(orders, to=stock.at(api), http=Http(paths=["/stock/*"]), because="it takes goods out"),
        allow(picker, to=stock.at(api), http=AnyRequest(), because="robots fetch what is taken"),
    ],
)
