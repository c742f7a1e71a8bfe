"""The ports of workloads in an inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.place import Place
    from ztdsl.istio.kinds import Rule


def ports_of(place: Place, protocol: str | None = None) -> Iterator[int]:
    """The containers' ports, or those that are served as `protocol`."""
    for port in () if place.known is None else place.known.ports:
        if protocol is None or port.protocol == protocol:
            yield port.number


def container_ports(place: Place, service_port: int) -> list[int]:
    """The containers' ports behind a port of the workload's Service."""
    return [port.number for port in (() if place.known is None else place.known.ports) if port.service == service_port]


def named_ports(rule: Rule) -> list[int]:
    """The ports that a rule asks for; none where it asks for no port."""
    values = [value for each in rule.operations for value in each.ports]
    values += [value for each in rule.conditions if each.key == "destination.port" for value in each.values]
    return [int(value) for value in values if value.isdecimal()]
