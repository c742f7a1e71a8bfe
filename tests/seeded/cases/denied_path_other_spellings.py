"""A denied path has other spellings that the mesh does not fold."""
# types: missed
from ztdsl import AnyRequest, Anyone, Http, HttpPort, Namespace, Policy, Service, allow, deny

shop = Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders],
    rules=[
        allow(frontend, to=orders.at(api), http=AnyRequest(), because="the shop lists and places orders"),
        deny(
            Anyone(),
            to=orders.at(api),
            http=Http(paths=["/admin", "/admin/*"]),  # expect: ZT302 "["/admin", "/admin/*"]"
            because="nobody administers orders from inside",
        ),
    ],
)
