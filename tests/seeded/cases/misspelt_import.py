"""A name of the language is misspelt in the import."""
# types: caught
from ztdsl import AnyRequest, HttpPort, NameSpace, Policy, Service, allow  # expect: ZT004 "from ztdsl import AnyRequest, HttpPort, NameSpace, Policy, Service, allow"

shop = NameSpace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders],
    rules=[allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders")],
)
