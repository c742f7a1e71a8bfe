from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

listing = allow(frontend, to=orders.at(api), http=Http(paths=["/orders"]), because="the shop lists orders")
team = Policy("orders-team", owns=[shop], services=[orders], rules=[listing])
policy = Policy("platform", owns=[web], services=[frontend], parts=[team])

object.__setattr__(team, "parts", (policy,))
