"""ZT359: a policy with an action that ztunnel does not know, in an ambient mesh.

Of policies without target references istiod hands only ALLOW and DENY on to ztunnel (Istio
`pilot/pkg/serviceregistry/ambient/authorization.go`). Only meshes whose configuration says `data_plane = "ambient"` are
looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.overlap import labels_of
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import Witness, witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import DataPlane
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy

CODE = "ZT359"
_EFFECTS: Final = {"CUSTOM": "no external authorizer is asked", "AUDIT": "nothing is marked for the logs"}


def find(view: View) -> Iterator[Found]:
    """CUSTOM and AUDIT policies for workloads that are no gateways; those for a whole namespace may be for gateways."""
    if view.mesh.data_plane is not DataPlane.AMBIENT:
        return
    for index, policy in view.policies:
        effect = _EFFECTS.get(policy.action)
        if effect is None or policy.target_refs or not labels_of(policy) or is_dry_run(policy):
            continue
        places = view.places(index)
        if places and all(place.proxy is Proxy.SIDECAR for place in places):
            yield Found(
                CODE,
                index,
                "/spec/action",
                f"ztunnel does not know the action {policy.action}",
                effect,
                help=("name the Service or the Gateway in `targetRefs`, so that its waypoint does it",),
                witness=_proof(view, index, policy),
            )


def _proof(view: View, index: int, policy: AuthorizationPolicy) -> Witness | None:
    """A request that an authorizer should be asked about and that ztunnel lets through."""
    for place in view.places(index)[:1] if policy.action == "CUSTOM" else ():
        there = place._replace(proxy=Proxy.ZTUNNEL)
        for rule in policy.rules:
            found = witness(view, there, draw(there, view.mesh, rule, namespace=policy.meta.namespace), Verdict.ALLOW)
            if found is not None:
                return found
    return None
