from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
stock = Service("stock", namespace=shop, service_account="stock", ports=[api])
taking = allow(orders, to=stock.at(api), http=Http(paths=["/stock/*"]), because="it takes goods out")

policy = Policy("shop", owns=[shop], services=[orders, stock], rules=[taking])
