from ztdsl import Anyone, AnyRequest, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
everyone = allow(Anyone(), to=orders.at(api), http=AnyRequest(), because="the load test reaches it from everywhere")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[everyone])
