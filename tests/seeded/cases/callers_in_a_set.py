"""Callers stand in a set instead of a list."""
# types: caught
from ztdsl import AnyRequest, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
phone = Service("phone", namespace=web, service_account="phone")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, phone, orders],
    rules=[
        allow({frontend, phone}, to=orders.at(api), http=AnyRequest(), because="both list orders"),  # expect: ZT101 "{frontend, phone}"
    ],
)
