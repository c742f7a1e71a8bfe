"""A gRPC call is expected to be a GET."""
# types: missed
from ztdsl import GrpcPort, Http, Namespace, Policy, Service, allow

stock_ns = Namespace("stock")
grpc = GrpcPort(9090)
orders = Service("orders", namespace=stock_ns, service_account="orders")
stock = Service("stock", namespace=stock_ns, service_account="stock", ports=[grpc])

policy = Policy(
    "stock",
    owns=[stock_ns],
    services=[orders, stock],
    rules=[
        allow(
            orders,
            to=stock.at(grpc),
            http=Http(methods=["GET"], paths=["/stock.v1.Stock/Get"]),  # expect: ZT311 ""GET""
            because="orders look up what is left",
        ),
    ],
)
