"""ZT330: a target reference that attaches a policy to nothing.

A GatewayClass is looked up by one name and in the root namespace only; a Gateway is one of the policy's own namespace;
references to Services are for waypoints (Istio `pilot/pkg/model/policyattachment.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.istio.evaluate.attachment import GATEWAY_NAME, WAYPOINT_CLASS
from ztdsl.traffic.mesh import DataPlane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy, Manifest, RequestAuthentication, TargetRef

CODE = "ZT330"


def find(view: View) -> Iterator[Found]:
    """References to gateway classes that have no effect, and to others that the inventory does not have there."""
    policies: list[tuple[int, AuthorizationPolicy | RequestAuthentication]] = [*view.policies, *view.requests]
    for index, manifest in policies:
        for number, reference in enumerate(manifest.target_refs):
            problem = _problem(view, manifest, reference)
            if problem is not None:
                why, help_ = problem
                at = "targetRefs" if "targetRefs" in view.documents[index].plain["spec"] else "targetRef"
                yield Found(
                    CODE,
                    index,
                    f"/spec/{at}/{number}/name" if at == "targetRefs" else "/spec/targetRef/name",
                    f"{reference.kind} `{reference.name}` attaches `{manifest.meta.name}` to nothing",
                    why,
                    help=(help_,),
                )


def _problem(view: View, manifest: Manifest, reference: TargetRef) -> tuple[str, str] | None:
    if reference.kind == "GatewayClass":
        return _class_problem(view, manifest, reference)
    if view.workloads is None:
        return None
    if reference.kind == "Gateway":
        return _gateway_problem(view, manifest, reference)
    return _service_problem(view, manifest, reference) if reference.kind == "Service" else None


def _class_problem(view: View, manifest: Manifest, reference: TargetRef) -> tuple[str, str] | None:
    if reference.name != WAYPOINT_CLASS:
        return "only this class of Istio's own waypoints is looked at", f"write `{WAYPOINT_CLASS}`, or name the Gateway"
    root = view.mesh.root_namespace
    if manifest.meta.namespace != root:
        return f"classes are looked up in the root namespace `{root}` only", f"move the object to `{root}`"
    return None


def _gateway_problem(view: View, manifest: Manifest, reference: TargetRef) -> tuple[str, str] | None:
    """Why none of the known workloads is the gateway; None if one is, or no gateway goes by the name."""
    own = manifest.meta.namespace
    named = [place for place in view.workloads or () if place.labels.get(GATEWAY_NAME) == reference.name]
    if any(place.namespace == own for place in named):
        return None
    if named:
        where = named[0].namespace
        return f"the gateway of that name is in `{where}`", f"move the object to `{where}`"
    classic = [
        place
        for place in view.workloads or ()
        if place.namespace == own and place.known is not None and place.known.name == reference.name
    ]
    if classic and GATEWAY_NAME not in classic[0].labels:
        return "references reach gateways of the Gateway API only", "select the gateway's pods with `selector`"
    return None


def _service_problem(view: View, manifest: Manifest, reference: TargetRef) -> tuple[str, str] | None:
    """Why no waypoint looks at the object: the inventory has the Service and no gateway of the Gateway API at all."""
    is_known = (manifest.meta.namespace, reference.name) in view.named
    if not is_known or view.has_gateway_api or view.mesh.data_plane is DataPlane.AMBIENT:
        return None
    return (
        "only waypoints look at references to Services, and the inventory has none",
        "select the pods with `selector`",
    )
