from ztdsl import Header, Http, HttpPort, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
api = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[api])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(
            frontend,
            to=orders.at(api),
            http=Http(methods=["POST"], headers=[Header("X-Api-Version:", any_of=["2"])]),
            because="version 1 of the API is retired",
        ),
    ],
)
