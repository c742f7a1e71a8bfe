from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

payments = Namespace("payments")
api = HttpPort(8080)
orders = Service("orders", namespace=payments, service_account="orders", ports=[api])
stock = Service("stock", namespace=payments, service_account="stock", ports=[api])
taking = allow(orders, to=stock.at(api), http=Http(paths=["/stock/*"]), because="it takes goods out")

policy = Policy("shop", owns=[payments], services=[orders, stock], rules=[taking])
