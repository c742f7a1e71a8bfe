"""ZT325: an ALLOW rule without any test lets everyone in.

`rules: [{}]` matches every request, and ALLOW policies add up (Istio `pilot/pkg/security/authz/model/model.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Beside, Found
from ztdsl.checks.sketch import draw, without_identity
from ztdsl.checks.witness import witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.istio.kinds import Rule
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness
    from ztdsl.istio.kinds import AuthorizationPolicy

CODE = "ZT325"
_EVERYTHING = Rule()


def find(view: View) -> Iterator[Found]:
    """ALLOW rules that ask for nothing, of policies for workloads that are no gateways."""
    for index, policy in view.policies:
        if policy.action != "ALLOW" or _EVERYTHING not in policy.rules or is_dry_run(policy):
            continue
        proof = _proof(view, index)
        if proof is not None:
            yield Found(
                CODE,
                index,
                f"/spec/rules/{policy.rules.index(_EVERYTHING)}",
                f"a rule of `{policy.meta.name}` lets everyone in",
                "a rule without tests matches every request",
                help=("name who may call in `from`, or remove the rule",),
                beside=_idle(view, index, policy),
                witness=proof,
            )


def _idle(view: View, index: int, policy: AuthorizationPolicy) -> tuple[Beside, ...]:
    """A policy for the same workloads that no longer keeps anybody out."""
    for other, beside in view.enforced_with(policy, "ALLOW"):
        if other != index and beside.rules and beside.selector == policy.selector:
            return (Beside(other, "/metadata/name", "so that this policy keeps nobody out"),)
    return ()


def _proof(view: View, index: int) -> Witness | None:
    for place in view.places(index)[:3]:
        if place.proxy is Proxy.SIDECAR:
            requests = [*map(without_identity, draw(place, view.mesh)), *draw(place, view.mesh)]
            return witness(view, place, requests, Verdict.ALLOW)
    return None
