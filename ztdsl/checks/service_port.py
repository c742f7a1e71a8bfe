"""ZT334: a port is the Service's, where the container's is compared.

A sidecar sees the port on which the workload listens (Istio `pilot/pkg/networking/core/listener_inbound.go`). It needs
an inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.ports import container_ports, ports_of
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View

CODE = "ZT334"


def find(view: View) -> Iterator[Found]:
    """Ports that no selected workload listens on and that a Service of one of them has."""
    if view.workloads is None:
        return
    for tested in view.tested.get("ports", ()):
        for number, value in enumerate(tested.values):
            if value.isdecimal():
                yield from _found(view, tested.document, f"{tested.pointer}/{number}", int(value))
    for index, peer in view.peers:
        for port, _ in peer.port_level:
            yield from _found(view, index, f"/spec/portLevelMtls/{port}", port)


def _found(view: View, index: int, pointer: str, port: int) -> Iterator[Found]:
    meant: dict[int, str] = {}
    for place in view.places(index):
        if place.known is None or not place.known.ports or place.proxy is not Proxy.SIDECAR:
            return
        if port in ports_of(place):
            return
        for each in container_ports(place, port):
            meant.setdefault(each, place.known.name)
    for container, name in list(meant.items())[:1]:
        yield Found(
            CODE,
            index,
            pointer,
            f"`{name}` does not listen on port {port}, which is its Service's",
            "the port of the container is compared",
            help=(f"write {container}",),
        )
