from ztdsl import HttpPort, Namespace, Policy, Service

shop = Namespace("shop")
api = HttpPort(8080)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy("shop")
