from ztdsl import HttpPort, Namespace, Policy, Service

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

shop_policy = Policy("shop", owns=[shop], services=[orders])
web_policy = Policy("web", owns=[web, shop], services=[frontend])
policy = Policy("platform", parts=[shop_policy, web_policy])
