"""ZT329: an ALLOW rule about HTTP is for a TCP port, where Istio leaves the whole rule out.

One HTTP test takes every alternative of its rule with it (Istio `pilot/pkg/security/authz/model/model.go`). It needs
an inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.ports import named_ports, ports_of
from ztdsl.checks.sketch import draw
from ztdsl.checks.tested import HTTP, attributes_of
from ztdsl.checks.witness import Witness, witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.istio.kinds import Rule
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View

CODE = "ZT329"


def find(view: View) -> Iterator[Found]:
    """ALLOW rules with HTTP tests for a port that the inventory says is served as TCP."""
    if view.workloads is None:
        return
    for index, policy in view.policies:
        if policy.action != "ALLOW" or is_dry_run(policy):
            continue
        for number, rule in enumerate(policy.rules):
            positive, negative = attributes_of(rule)
            tests = HTTP & (positive | negative)
            proof = _proof(view, index, rule) if tests else None
            if proof is not None:
                is_mixed = any(not _is_http(alternative) for alternative in _alternatives(rule))
                yield Found(
                    CODE,
                    index,
                    f"/spec/rules/{number}",
                    f"port {proof.request.to.port} is served as TCP, where a rule about HTTP is left out",
                    "one HTTP test takes the alternatives without any with it"
                    if is_mixed
                    else f"it tests {', '.join(f'`{each}`' for each in sorted(tests))}",
                    help=("write a rule of its own for the TCP port, without HTTP tests",),
                    witness=proof,
                )


def _alternatives(rule: Rule) -> list[Rule]:
    """The rule once with each of its sources, and once with each of its operations."""
    return [
        *(Rule(sources=(each,)) for each in rule.sources),
        *(Rule(operations=(each,)) for each in rule.operations),
    ]


def _is_http(rule: Rule) -> bool:
    positive, negative = attributes_of(rule)
    return bool(HTTP & (positive | negative))


def _proof(view: View, index: int, rule: Rule) -> Witness | None:
    """A connection that the rule is for and that is not allowed."""
    asked = named_ports(rule)
    policy = view.documents[index].manifest
    for place in view.places(index):
        if place.known is None:
            return None
        if place.proxy is not Proxy.SIDECAR:
            continue  # a gateway ends the client's TLS itself, whatever its Service calls the port
        tcp = set(ports_of(place, "tcp"))
        if not asked and tcp != set(ports_of(place)):
            continue  # it may be meant for the other ports
        for port in asked or sorted(tcp):
            if port in tcp:
                drawn = list(draw(place, view.mesh, rule, namespace=policy.meta.namespace, port=port, chain=Chain.TCP))
                found = witness(view, place, drawn, Verdict.REFUSED) or witness(view, place, drawn, Verdict.DENY)
                if found is not None:
                    return found
    return None
