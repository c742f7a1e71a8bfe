from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

callers = [frontend]

policy = Policy("shop-orders", owns=[web, shop], services=[frontend, orders])
for each in callers:
    policy.rules.append(allow(each, to=orders.at(api), http=AnyRequest(), because="it places orders"))
