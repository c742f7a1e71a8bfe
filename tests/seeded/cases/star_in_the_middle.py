"""A star stands in the middle of a path, where Istio reads it as a character."""
# types: missed
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
invoicing = Service("invoicing", namespace=shop, service_account="invoicing")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[invoicing, orders],
    rules=[
        allow(
            invoicing,
            to=orders.at(api),
            http=Http(methods=["GET"], paths=["/orders/*/items"]),  # expect: ZT307 ""/orders/*/items""
            because="an invoice lists what was ordered",
        ),
    ],
)
