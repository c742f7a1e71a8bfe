"""A gRPC method is written as a path."""
# types: missed
from ztdsl import Grpc, GrpcPort, Namespace, Policy, Service, allow

payments_ns = Namespace("payments")
grpc = GrpcPort(9090)
orders = Service("orders", namespace=payments_ns, service_account="orders")
payments = Service("payments", namespace=payments_ns, service_account="payments", ports=[grpc])

policy = Policy(
    "payments",
    owns=[payments_ns],
    services=[orders, payments],
    rules=[
        allow(
            orders,
            to=payments.at(grpc),
            http=Grpc("payments.v1.Payments", methods=["Authorize", "/Refund"]),  # expect: ZT133 ""/Refund""
            because="orders are paid and paid back",
        ),
    ],
)
