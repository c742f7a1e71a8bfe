from catalogue import grpc, metrics, orders, payments, payments_ns, prometheus

from ztdsl import Grpc, Http, Policy, allow, audit, log_all

SERVICE = "shop.payments.v1.Payments"

policy = Policy(
    "shop-payments",
    owner="team-payments",
    owns=[payments_ns],
    services=[payments],
    rules=[
        allow(
            orders,
            to=payments.at(grpc),
            http=Grpc(SERVICE, methods=["Authorize", "Capture", "Refund"]),
            because="an order is paid for, and sometimes paid back",
        ),
        audit(
            orders,
            to=payments.at(grpc),
            http=Grpc(SERVICE, methods=["Refund"]),
            because="FIN-9: every refund is looked at",
        ),
        allow(
            prometheus,
            to=payments_ns.every(metrics),
            http=Http(methods=["GET"], paths=["/metrics"]),
            because="dashboards and alerts",
        ),
    ],
    logs=[log_all(payments, because="FIN-9: who asked for money to move, let in or not")],
)
