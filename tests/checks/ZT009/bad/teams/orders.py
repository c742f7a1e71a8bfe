from policies import frontend

from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
ui = allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop UI places orders")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[ui])
