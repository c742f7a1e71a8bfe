from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
main = {"app": "orders"}
canary = {"app": "orders", "track": "canary"}
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", labels=main, ports=[api])
trial = Service("orders-canary", namespace=shop, service_account="canary", labels=canary, ports=[api])
ui = allow(frontend, to=[orders.at(api), trial.at(api)], http=AnyRequest(), because="the shop UI places orders")

policy = Policy("shop-orders", owns=[web, shop], services=[frontend, orders, trial], rules=[ui])
