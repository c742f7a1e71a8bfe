from ztdsl import GrpcPort, Http, Namespace, Policy, Service, allow

web, shop = Namespace("web"), Namespace("shop")
grpc = GrpcPort(9090)
frontend = Service("frontend", namespace=web, service_account="frontend")
orders = Service("orders", namespace=shop, service_account="orders", ports=[grpc])

policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, orders],
    rules=[
        allow(
            frontend,
            to=orders.at(grpc),
            http=Http(methods=["GET"], paths=["/shop.v1.Orders/GetOrder"]),
            because="the shop shows an order",
        ),
    ],
)
