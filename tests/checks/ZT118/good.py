from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, TrustDomain, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
mesh = TrustDomain("cluster.local")
status = allow(mesh, to=orders.at(api), http=AnyRequest(), because="every workload of the mesh may ask")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[status])
