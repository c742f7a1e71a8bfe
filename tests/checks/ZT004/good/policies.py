from catalogue import api, frontend

from ztdsl import AnyRequest, Namespace, Policy, Service, allow

shop = Namespace("shop")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop-orders",
    owns=[shop],
    services=[orders],
    rules=[
        allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop UI places orders"),
    ],
)
