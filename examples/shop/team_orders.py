from datetime import date

from catalogue import (
    Role,
    accounts,
    api,
    frontend,
    ingress,
    metrics,
    nightly,
    orders,
    orders_db,
    orders_ns,
    postgres,
    prometheus,
    roles,
    tenant,
)

from ztdsl import Anyone, AnyRequest, DryRun, EndUser, Http, IpBlock, Policy, allow, allow_tcp, deny

customer = EndUser(accounts, where=[roles.is_in(Role.CUSTOMER), tenant.is_present()])
staff = EndUser(accounts, where=[roles.is_in(Role.SUPPORT, Role.ADMIN)])

policy = Policy(
    "shop-orders",
    owner="team-orders",
    owns=[orders_ns],
    services=[orders, orders_db],
    rules=[
        allow(
            frontend,
            user=customer,
            to=orders.at(api),
            http=Http(methods=["GET", "POST"], paths=["/orders", "/orders/*"]),
            because="customers list and place orders in the shop",
        ),
        allow(ingress, user=staff, to=orders.at(api), http=AnyRequest(), because="staff work in the back office"),
        allow(
            [frontend, staff],
            to=orders.at(api),
            http=Http(methods=["GET"], paths=["/status"]),
            because="either the shop itself or a member of staff will do",
        ),
        deny(
            Anyone(),
            to=orders.at(api),
            http=Http(methods=["DELETE"]),
            stage=DryRun(until=date(2026, 12, 15)),
            because="ORD-77: deletion moves to the archive; first see who still deletes",
        ),
        allow_tcp(orders, to=orders_db.at(postgres), because="orders are kept there"),
        allow_tcp(IpBlock("10.20.0.0/24"), to=orders.at(nightly), because="SEC-142: the nightly batch"),
        allow(
            prometheus,
            to=orders_ns.every(metrics),
            http=Http(methods=["GET"], paths=["/metrics"]),
            because="dashboards and alerts",
        ),
    ],
)
