"""ZT334: a port is the Service's, where the container's is compared.

A sidecar sees the port on which the workload listens (Istio `pilot/pkg/networking/core/listener_inbound.go`). It needs
an inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import unmatched
from ztdsl.checks.ports import container_ports, ports_of
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

CODE = "ZT334"


def find(view: View) -> Iterator[Found]:
    """Ports that no selected workload listens on and that a Service of one of them has."""
    if view.workloads is None:
        return
    for tested in view.tested.get("ports", ()):
        for number, value in enumerate(tested.values):
            meant = _meant(view, tested.document, int(value)) if value.isdecimal() else None
            if meant is not None:
                proof = unmatched(view, tested, str(meant[0]))
                yield _found(tested.document, f"{tested.pointer}/{number}", value, meant, proof)
    for index, peer in view.peers:
        for port, _ in peer.port_level:
            meant = _meant(view, index, port)
            if meant is not None:
                yield _found(index, f"/spec/portLevelMtls/{port}", str(port), meant, None)


def _found(index: int, pointer: str, port: str, meant: tuple[int, str], proof: Witness | None) -> Found:
    container, name = meant
    return Found(
        CODE,
        index,
        pointer,
        f"`{name}` does not listen on port {port}, which is its Service's",
        "the port of the container is compared",
        help=(f"write {container}",),
        witness=proof,
    )


def _meant(view: View, index: int, port: int) -> tuple[int, str] | None:
    """The container's port behind `port` and the workload, where none of the workloads listens on `port` itself."""
    meant: tuple[int, str] | None = None
    for place in view.places(index):
        if place.known is None or not place.known.ports or place.proxy is not Proxy.SIDECAR:
            return None
        if port in ports_of(place):
            return None
        for each in container_ports(place, port):
            meant = meant or (each, place.known.name)
    return meant
