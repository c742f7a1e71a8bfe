"""ZT328: a DENY rule about HTTP denies connections to a TCP port.

On a port that is served as TCP the tests of HTTP attributes are dropped from DENY rules, and what is left decides
(Istio `pilot/pkg/security/authz/model/model.go`). It needs an inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.ports import ports_of
from ztdsl.checks.sketch import draw
from ztdsl.checks.tested import HTTP, attributes_of
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import Rule

CODE = "ZT328"


def find(view: View) -> Iterator[Found]:
    """DENY rules about HTTP that close a TCP port of a known workload."""
    if view.workloads is None:
        return
    for index, policy in view.policies:
        if policy.action != "DENY" or is_dry_run(policy):
            continue
        for number, rule in enumerate(policy.rules):
            proof = _proof(view, index, number, rule) if _is_about_http(rule) and not _is_warned_of(rule) else None
            if proof is not None:
                yield Found(
                    CODE,
                    index,
                    f"/spec/rules/{number}",
                    f"a rule about HTTP denies connections to TCP port {proof.request.to.port}",
                    "on a TCP port only what is left without the HTTP tests counts",
                    help=("name the HTTP ports in `ports` of the rule",),
                    witness=proof,
                )


def _is_about_http(rule: Rule) -> bool:
    positive, negative = attributes_of(rule)
    return bool(HTTP & (positive | negative))


def _is_warned_of(rule: Rule) -> bool:
    """Whether istiod's webhook warns of the rule by itself (ZT041): it has operations, and none with ports."""
    return bool(rule.operations) and not any(each.ports or each.not_ports for each in rule.operations)


def _proof(view: View, index: int, number: int, rule: Rule) -> Witness | None:
    """A connection to a TCP port that the rule denies."""
    policy = view.documents[index].manifest
    for place in view.places(index):
        if place.known is None:
            return None
        if place.proxy is not Proxy.SIDECAR:
            continue  # a gateway ends the client's TLS itself, whatever its Service calls the port
        for port in ports_of(place, "tcp"):
            for request in draw(place, view.mesh, rule, namespace=policy.meta.namespace, port=port, chain=Chain.TCP):
                decision = view.evaluator.decide(request)
                decider = decision.decided_by
                if (
                    decision.verdict in {Verdict.DENY, Verdict.REFUSED}
                    and decider is not None
                    and (decider.namespace, decider.name, decider.rule)
                    == (policy.meta.namespace, policy.meta.name, number)
                ):
                    return Witness(request, decision, place)
    return None
