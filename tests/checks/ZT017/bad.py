from datetime import date

from ztdsl import HttpPort, Namespace, Permissive, Policy, Service

shop = Namespace("shop")
# zt: accept[ZT401]
plaintext = Permissive(because="OPS-7: the batch host has no sidecar", until=date(2027, 3, 31))
api = HttpPort(8080, mtls=plaintext)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy("shop-orders", owns=[shop], services=[orders])
