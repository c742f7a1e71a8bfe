"""ZT324: only DENY policies apply, so that whatever they do not name is open to everyone.

Without an ALLOW policy the default is to allow (Istio `pilot/pkg/security/authz/builder/builder.go`).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.overlap import labels_of
from ztdsl.checks.sketch import draw
from ztdsl.checks.tested import attributes_of
from ztdsl.checks.witness import witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.istio.kinds import Operation, Rule
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness
    from ztdsl.istio.kinds import AuthorizationPolicy

CODE = "ZT324"
_OTHER = Rule(operations=(Operation(methods=("POST",), paths=("/other",)),))


def find(view: View) -> Iterator[Found]:
    """DENY policies beside which no other policy applies, once for each selector."""
    seen: set[tuple[str, object]] = set()
    for index, policy in view.policies:
        if policy.action != "DENY" or policy.target_refs or is_dry_run(policy):
            continue
        scope = (policy.meta.namespace, labels_of(policy))
        if scope in seen:
            continue
        seen.add(scope)
        if any(_limits(other) for _, other in view.policies_with(policy)):
            continue
        proof = _proof(view, index)
        if proof is not None:
            yield Found(
                CODE,
                index,
                "/spec/action",
                f"`{policy.meta.name}` only denies, and nothing says what is allowed there",
                "whatever this does not name is open to everyone",
                help=("add an ALLOW policy for the same workloads that names who may call",),
                witness=proof,
            )


def _limits(policy: AuthorizationPolicy) -> bool:
    """Whether the policy says of all requests which may pass: an ALLOW, an authorizer, or a DENY of all others."""
    if policy.action in {"ALLOW", "CUSTOM"}:
        return True
    return policy.action == "DENY" and any(negative for _, negative in map(attributes_of, policy.rules))


def _proof(view: View, index: int) -> Witness | None:
    for place in view.places(index)[:1]:
        if place.proxy is Proxy.SIDECAR:
            requests = chain(draw(place, view.mesh), draw(place, view.mesh, _OTHER))
            return witness(view, place, requests, Verdict.ALLOW)
    return None
