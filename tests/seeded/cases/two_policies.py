"""The file holds two policies, and nobody says which is meant."""
# types: missed
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

web_policy = Policy("web", owns=[web], services=[frontend])  # expect: ZT006 "Policy("web", owns=[web], services=[frontend])"
shop_policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders")],
)
