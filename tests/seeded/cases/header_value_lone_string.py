"""A lone string stands where a list of header values is due."""
# types: caught
from ztdsl import Header, Http, HttpPort, Namespace, Policy, Service, allow

shop = Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=shop, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
beta = Header("x-release-channel", any_of="beta")  # expect: ZT101 ""beta""

policy = Policy(
    "shop",
    owns=[shop],
    services=[frontend, orders],
    rules=[
        allow(
            frontend,
            to=orders.at(api),
            http=Http(paths=["/orders/preview"], headers=[beta]),
            because="previews for those who asked for them",
        ),
    ],
)
