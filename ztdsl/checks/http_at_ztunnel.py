"""ZT351: a policy without target references tests HTTP in an ambient mesh, where ztunnel sees connections only.

ztunnel leaves an ALLOW rule with such a test out; of a DENY rule it drops the test, and a rule of which an empty one is
left never fires (Istio `pilot/pkg/serviceregistry/ambient/authorization.go`; ztunnel `src/rbac.rs`). Only meshes whose
configuration says `data_plane = "ambient"` are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import draw
from ztdsl.checks.tested import HTTP, attributes_of
from ztdsl.checks.witness import Witness, witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import DataPlane
from ztdsl.traffic.request import Chain, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy, Rule

CODE = "ZT351"


def find(view: View) -> Iterator[Found]:
    """Rules about HTTP in policies that only ztunnel looks at."""
    if view.mesh.data_plane is not DataPlane.AMBIENT:
        return
    for index, policy in view.policies:
        if policy.target_refs or policy.action not in {"ALLOW", "DENY"} or is_dry_run(policy):
            continue
        for number, rule in enumerate(policy.rules):
            positive, negative = attributes_of(rule)
            tests = HTTP & (positive | negative)
            proof = _proof(view, index, policy, rule) if tests else None
            if proof is not None:
                yield Found(
                    CODE,
                    index,
                    f"/spec/rules/{number}",
                    f"ztunnel does not see {', '.join(f'`{each}`' for each in sorted(tests))}",
                    "the rule lets nobody in" if policy.action == "ALLOW" else "the rule does not fire",
                    help=("name the Service or the Gateway in `targetRefs`, so that its waypoint decides",),
                    witness=proof,
                )


def _proof(view: View, index: int, policy: AuthorizationPolicy, rule: Rule) -> Witness | None:
    """A request that the rule is about, and that it does not decide at ztunnel."""
    wanted = (Verdict.ALLOW,) if policy.action == "DENY" else (Verdict.REFUSED, Verdict.DENY)
    for place in view.places(index)[:1]:
        if place.proxy is not Proxy.SIDECAR:
            return None
        there = place._replace(proxy=Proxy.ZTUNNEL)
        drawn = list(draw(there, view.mesh, rule, namespace=policy.meta.namespace, chain=Chain.HTTP))
        answers = (witness(view, there, drawn, verdict) for verdict in wanted)
        return next((each for each in answers if each is not None), None)
    return None
