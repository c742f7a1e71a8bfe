"""A mesh as a platform team would generate it: many services, few shapes, three to five rules for each service.

`ZTC_BENCH_SERVICES` says how many services there are, 20 to a namespace; 100 if it is not set. `ZTC_BENCH_RULES` says
how many rules each of them has: 3 if it is not set, at most 5.

    ZTC_BENCH_SERVICES=1000 ztc build bench/mesh.py > mesh.yaml
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING

from ztdsl import Claim, EndUser, Gateway, Http, HttpPort, Issuer, Namespace, Policy, Service, allow

if TYPE_CHECKING:
    from ztdsl import Rule

PER_NAMESPACE = 20
COUNT = int(os.environ.get("ZTC_BENCH_SERVICES", "100"))
RULES = int(os.environ.get("ZTC_BENCH_RULES", "3"))


class Role(StrEnum):
    """What the company's token issuer may say that someone is."""

    ADMIN = "admin"
    SUPPORT = "support"
    CUSTOMER = "customer"


api = HttpPort(8080)
role = Claim("role", Role)
issuer = Issuer(
    "https://auth.example.com",
    jwks_uri="https://auth.example.com/jwks.json",
    audiences=["mesh"],
    claims=[role],
)
staff = EndUser(issuer, audience="mesh", where=[role.is_in(Role.ADMIN, Role.SUPPORT)])
customers = EndUser(issuer, audience="mesh", where=[role.is_in(Role.CUSTOMER)])

edge = Namespace("istio-ingress")
ingress = Gateway("ingress", namespace=edge, service_account="ingress")
teams = [Namespace(f"team-{number:04}") for number in range(-(-COUNT // PER_NAMESPACE))]
services = [
    Service(
        f"svc-{number:05}",
        namespace=teams[number // PER_NAMESPACE],
        service_account=f"svc-{number:05}",
        ports=[api],
    )
    for number in range(COUNT)
]


def rules_of(number: int) -> list[Rule]:
    """Who may call one service: neighbours, end users through the gateway, other teams; the first `RULES` of these."""
    service = services[number]
    to = service.at(api)
    neighbours = [services[(number + step) % COUNT] for step in (1, 7)]
    next_team, team_after = (teams[(number // PER_NAMESPACE + step) % len(teams)] for step in (1, 2))
    importers = [services[(number + step) % COUNT] for step in (3, 11)]
    rules = [
        allow(
            neighbours,
            to=to,
            http=Http(methods=["GET", "POST"], paths=[f"/{service.name}/items", f"/{service.name}/items/*"]),
            because=f"{neighbours[0].name} and {neighbours[1].name} read and add items",
        ),
        allow(
            ingress,
            user=customers if number % 3 else staff,
            to=to,
            http=Http(methods=["GET"], paths=[f"/{service.name}/view", f"/{service.name}/view/*"]),
            because=f"people look at what {service.name} holds",
        ),
        allow(
            next_team,
            to=to,
            http=Http(methods=["GET"], paths=["/status", f"/{service.name}/summary"]),
            because=f"{next_team.name} shows the state of {service.name} on its board",
        ),
        allow(
            importers,
            to=to,
            http=Http(methods=["PUT", "DELETE"], paths=[f"/{service.name}/import/*"]),
            because=f"{importers[0].name} and {importers[1].name} keep what {service.name} holds up to date",
        ),
        allow(
            team_after,
            to=to,
            http=Http(methods=["GET", "HEAD"], paths=[f"/{service.name}/reports", f"/{service.name}/reports/*"]),
            because=f"{team_after.name} counts what {service.name} did",
        ),
    ]
    return rules[:RULES]


policy = Policy(
    "bench-mesh",
    owns=[edge, *teams],
    services=[ingress, *services],
    rules=[rule for number in range(COUNT) for rule in rules_of(number)],
)
