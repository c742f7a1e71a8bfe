"""The file ends the process where a setting is missing."""
# types: missed
import os
import sys

from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

stage = os.environ.get("SHOP_STAGE_OF_THE_CASE", "")
if not stage:
    sys.exit("the stage is not set")  # expect: ZT008 "sys.exit("the stage is not set")"

shop = Namespace(f"shop-{stage}")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders],
    rules=[allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders")],
)
