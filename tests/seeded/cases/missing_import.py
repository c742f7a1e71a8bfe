"""The catalogue is imported under a name that it does not have."""
# types: caught
from catalog import api, orders, shop  # expect: ZT004 "from catalog import api, orders, shop"

from ztdsl import AnyRequest, External, Policy, allow

frontend = External("frontend", namespace="web", service_account="frontend")

policy = Policy(
    "shop",
    owns=[shop],
    services=[orders],
    rules=[allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders")],
)
