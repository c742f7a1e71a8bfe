"""Requests become `to` entries; every entry names its ports, so that it cannot widen on a TCP chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.kinds import Condition, Operation
from ztdsl.lower.patterns import header_key, written

if TYPE_CHECKING:
    from ztdsl.ir.values import HeaderTest, Request

Conditions = tuple[Condition, ...]
Operations = tuple[Operation, ...]


def groups(
    requests: tuple[Request, ...], ports: tuple[str, ...], host_ports: tuple[int, ...]
) -> list[tuple[Conditions, Operations]]:
    """The requests by their header conditions, each group with its `to` entries.

    Args:
        requests: alternatives; none for a rule about connections.
        ports: the ports that the enforcing proxy sees.
        host_ports: the numbers with which clients may name the port in a host.
    """
    if not requests:
        return [((), (Operation(ports=ports),))]
    if len(requests) == 1 and not requests[0].headers:
        return [((), (_operation(requests[0], ports, host_ports),))]
    by_condition: dict[Conditions, list[Operation]] = {}
    for request in requests:
        conditions = tuple(sorted((_header(test) for test in request.headers), key=repr))
        by_condition.setdefault(conditions, []).append(_operation(request, ports, host_ports))
    return [(key, tuple(entries)) for key, entries in sorted(by_condition.items(), key=repr)]


def _operation(request: Request, ports: tuple[str, ...], host_ports: tuple[int, ...]) -> Operation:
    return Operation(
        hosts=_hosts(request.hosts, host_ports) if request.hosts else (),
        not_hosts=_hosts(request.not_hosts, host_ports) if request.not_hosts else (),
        ports=ports,
        methods=request.methods,
        not_methods=request.not_methods,
        paths=request.paths,
        not_paths=request.not_paths,
    )


def _hosts(hosts: tuple[str, ...], host_ports: tuple[int, ...]) -> tuple[str, ...]:
    """Each host with the ways in which clients may add a port: Istio compares hosts as they are sent.

    A prefix pattern takes any port; a suffix pattern cannot, so it gets the known numbers.
    """
    found: set[str] = set()
    for host in hosts:
        found.add(host)
        if _has_port(host):
            continue
        if host.startswith("*"):
            found.update(f"{host}:{port}" for port in host_ports)
        else:
            found.add(f"{host}:*")
    return tuple(sorted(found))


def _has_port(host: str) -> bool:
    return ":" in host.rpartition("]")[2]


def _header(test: HeaderTest) -> Condition:
    return Condition(
        header_key(test.name),
        tuple(sorted(written(pattern) for pattern in test.any_of)),
        tuple(sorted(written(pattern) for pattern in test.none_of)),
    )
