from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
frontend = Service("frontend", namespace=shop, service_account="frontend", ports=[api])

reading = Http(methods=["GET"], paths=["/orders/*"], not_methods=["GET", "HEAD"])

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders, frontend],
    rules=[allow(frontend, to=orders.at(api), http=reading, because="the shop shows orders")],
)
