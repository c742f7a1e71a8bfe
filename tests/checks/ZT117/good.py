from ztdsl import AnyRequest, HttpPort, Identity, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
batch = Identity("spiffe://cluster.local/ns/batch/sa/nightly")
nightly = allow(batch, to=orders.at(api), http=AnyRequest(), because="the nightly export reads orders")

policy = Policy("shop-orders", owns=[shop], services=[orders], rules=[nightly])
