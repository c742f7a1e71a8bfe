"""ZT334: a port is the Service's, where the container's is compared, or the other way round at a waypoint.

A sidecar sees the port on which the workload listens (Istio `pilot/pkg/networking/core/listener_inbound.go`), a
waypoint that of the Service which is called (`listener_waypoint.go`). It needs an inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import unmatched
from ztdsl.checks.ports import container_ports, ports_of
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness
    from ztdsl.manifests.known import KnownPort

CODE = "ZT334"


def find(view: View) -> Iterator[Found]:
    """Ports that no selected workload listens on and that a Service of one of them has; at waypoints the reverse."""
    if view.workloads is None:
        return
    for tested in view.tested.get("ports", ()):
        for number, value in enumerate(tested.values):
            if not value.isdecimal():
                continue
            find_meant = _meant_at_waypoint if tested.policy.target_refs else _meant
            meant = find_meant(view, tested.document, int(value))
            if meant is not None:
                proof = unmatched(view, tested, str(meant.port))
                yield _found(tested.document, f"{tested.pointer}/{number}", value, meant, proof)
    for index, peer in view.peers:
        for port, _ in peer.port_level:
            meant = _meant(view, index, port)
            if meant is not None:
                yield _found(index, f"/spec/portLevelMtls/{port}", str(port), meant, None)


class _Meant(NamedTuple):
    """The port that is meant and whose it is: a workload's, or that of a Service before a waypoint."""

    port: int
    name: str
    is_service: bool = False


def _found(index: int, pointer: str, port: str, meant: _Meant, proof: Witness | None) -> Found:
    if meant.is_service:
        message = f"the waypoint of `{meant.name}` does not see port {port}, which is the container's"
    else:
        message = f"`{meant.name}` does not listen on port {port}, which is its Service's"
    return Found(
        CODE,
        index,
        pointer,
        message,
        f"the port of the {'Service' if meant.is_service else 'container'} is compared",
        help=(f"write {meant.port}",),
        witness=proof,
    )


def _meant(view: View, index: int, port: int) -> _Meant | None:
    """The container's port behind `port`, where none of the workloads listens on `port` itself."""
    meant: _Meant | None = None
    for place in view.places(index):
        if place.known is None or not place.known.ports or place.proxy is not Proxy.SIDECAR:
            return None
        if port in ports_of(place):
            return None
        for each in container_ports(place, port):
            meant = meant or _Meant(each, place.known.name)
    return meant


def _meant_at_waypoint(view: View, index: int, port: int) -> _Meant | None:
    """The Service's port in front of `port`, where no Service that the object names has `port` itself."""
    manifest = view.documents[index].manifest
    meant: _Meant | None = None
    for reference in getattr(manifest, "target_refs", ()):
        ports = _ports_of_service(view, manifest.meta.namespace, reference.name) if reference.kind == "Service" else []
        if not ports or any(each.service in {None, port} for each in ports):
            return None
        for each in ports:
            if each.number == port and each.service is not None:
                meant = meant or _Meant(each.service, reference.name, is_service=True)
    return meant


def _ports_of_service(view: View, namespace: str, name: str) -> list[KnownPort]:
    """The ports of a Service that the inventory has; none of one that it does not have, or that is a gateway's."""
    place = view.named.get((namespace, name))
    return list(place.known.ports) if place is not None and place.known and place.proxy is Proxy.SIDECAR else []
