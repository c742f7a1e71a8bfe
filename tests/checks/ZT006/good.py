from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
ui = allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop UI places orders")

web_policy = Policy("web", owns=[web], services=[frontend], owner="team-web")
shop_policy = Policy("shop", owns=[shop], services=[orders], rules=[ui], owner="team-shop")
policy = Policy("all-teams", parts=[web_policy, shop_policy])
