"""A rule was copied to the end of the list and not changed."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
listing, placing = Http(methods=["GET"], paths=["/orders"]), Http(methods=["POST"], paths=["/orders"])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=listing, because="the shop lists orders"),
        allow(frontend, to=orders.at(api), http=placing, because="the shop places orders"),
        allow(frontend, to=orders.at(api), http=listing, because="also from the phone"),  # expect: ZT501 "allow(frontend, to=orders.at(api), http=listing, because="also from the phone")"
    ],
)
