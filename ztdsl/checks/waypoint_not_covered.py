"""ZT353: a default deny of a namespace or of the mesh does not reach the waypoints.

A policy without target references is ztunnel's, and no waypoint looks at it (Istio
`pilot/pkg/model/policyattachment.go`). What reaches a pod through its waypoint has the waypoint's identity, which
ztunnel has to let in. Only meshes whose configuration says `data_plane = "ambient"` are looked at.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ztdsl.checks.finding import Beside, Found
from ztdsl.checks.overlap import labels_of
from ztdsl.checks.place import Place
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.istio.kinds import Operation, Rule
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import DataPlane
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness
    from ztdsl.istio.kinds import AuthorizationPolicy, RequestAuthentication

CODE = "ZT353"
_OTHER = Rule(operations=(Operation(methods=("POST",), paths=("/other",)),))


def find(view: View) -> Iterator[Found]:
    """Default denies beside a waypoint that other objects name and where nothing says who is allowed."""
    if view.mesh.data_plane is not DataPlane.AMBIENT:
        return
    served = _served(view)
    letting_in = {policy.meta.namespace for _, policy in view.policies if _lets_in(policy)}
    root = view.mesh.root_namespace
    seen: set[tuple[str, str]] = set()
    for index, policy in view.policies:
        if not _is_default_deny(policy):
            continue
        own = policy.meta.namespace
        for namespace in served if own == root else [own]:
            if letting_in.isdisjoint({namespace, root}):
                continue  # nor does the waypoint get through
            found = _open(view, namespace, served.get(namespace, {}), seen)
            if found is not None:
                yield _found(view, index, policy, *found)
                break


def _open(
    view: View, namespace: str, served: Mapping[str, int], seen: set[tuple[str, str]]
) -> tuple[int, Witness] | None:
    """An object of a waypoint in the namespace that says of nobody who may call, and a request that proves it."""
    for service, index in served.items():
        proof = None if (namespace, service) in seen else _proof(view, namespace, service)
        if proof is not None:
            seen.add((namespace, service))
            return index, proof
    return None


def _found(view: View, index: int, policy: AuthorizationPolicy, other: int, proof: Witness) -> Found:
    root = view.mesh.root_namespace
    if policy.meta.namespace == root:
        help_ = "add its twin with the GatewayClass `istio-waypoint` in `targetRefs`"
    else:
        help_ = "name the Service or the Gateway of the waypoint in `targetRefs` of an ALLOW policy"
    return Found(
        CODE,
        index,
        "/metadata/name",
        f"`{policy.meta.name}` does not reach {proof.place.words}",
        "without target references a policy is ztunnel's only",
        help=(help_,),
        beside=(Beside(other, "/metadata/name", "this is the waypoint's, and says not who is allowed"),),
        witness=proof,
    )


def _is_default_deny(policy: AuthorizationPolicy) -> bool:
    is_wide = not policy.target_refs and not labels_of(policy)
    return policy.action == "ALLOW" and not policy.rules and is_wide and not is_dry_run(policy)


def _served(view: View) -> dict[str, dict[str, int]]:
    """By namespace the Services that objects name, each with the first of these objects."""
    served: dict[str, dict[str, int]] = {}
    objects: list[tuple[int, AuthorizationPolicy | RequestAuthentication]] = [*view.policies, *view.requests]
    for index, manifest in objects:
        for reference in manifest.target_refs:
            if reference.kind == "Service":
                served.setdefault(manifest.meta.namespace, {}).setdefault(reference.name, index)
    return served


def _lets_in(policy: AuthorizationPolicy) -> bool:
    """Whether ztunnel lets somebody in by the policy."""
    return policy.action == "ALLOW" and bool(policy.rules) and not policy.target_refs and not is_dry_run(policy)


def _proof(view: View, namespace: str, service: str) -> Witness | None:
    """A request that the waypoint allows because no ALLOW policy is there."""
    place = Place(namespace, {}, Proxy.WAYPOINT, service=service)
    for request in chain(draw(place, view.mesh), draw(place, view.mesh, _OTHER)):
        found = witness(view, place, [request], Verdict.ALLOW)
        if found is not None and found.decision.decided_by is None:
            return found
    return None
