"""Requests become `to` entries; every entry names its ports, so that it cannot widen on a TCP chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.kinds import Condition, Operation
from ztdsl.lower.patterns import header_key, written
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from ztdsl.ir.values import HeaderTest, Request

Conditions = tuple[Condition, ...]
Operations = tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the requests of a rule share.

    Attributes:
        ports: the ports that the enforcing proxy sees.
        host_ports: the numbers with which clients may name the port in a host.
        is_deny: whether a match refuses the request.
    """

    ports: tuple[str, ...]
    host_ports: tuple[int, ...]
    is_deny: bool


def groups(requests: tuple[Request, ...], asked: Asked) -> list[tuple[Conditions, Operations]]:
    """The requests (none for a rule about connections) by their header conditions, each group with its `to` entries."""
    if not requests:
        return [((), (Operation(ports=asked.ports),))]
    if len(requests) == 1 and not requests[0].headers:
        return [((), (_operation(requests[0], asked),))]
    by_condition: dict[Conditions, list[Operation]] = {}
    for request in requests:
        conditions = tuple(sorted((_header(test) for test in request.headers), key=repr))
        by_condition.setdefault(conditions, []).append(_operation(request, asked))
    return [(key, tuple(entries)) for key, entries in sorted(by_condition.items(), key=repr)]


def _operation(request: Request, asked: Asked) -> Operation:
    return Operation(
        hosts=_hosts(request.hosts, asked, is_refusal=asked.is_deny) if request.hosts else (),
        not_hosts=_hosts(request.not_hosts, asked, is_refusal=not asked.is_deny) if request.not_hosts else (),
        ports=asked.ports,
        methods=request.methods,
        not_methods=request.not_methods,
        paths=request.paths,
        not_paths=request.not_paths,
    )


def _hosts(hosts: tuple[str, ...], asked: Asked, *, is_refusal: bool) -> tuple[str, ...]:
    """Each host with the ways in which clients may write it: Istio compares hosts as they are sent.

    A prefix pattern takes any port; a suffix pattern cannot, so it gets the known numbers. A refused host
    also gets the dot that may end a full name (RFC 1034, section 3.1), or the dot would escape the refusal.
    """
    found: set[str] = set()
    for host in hosts:
        found.add(host)
        if _has_port(host):
            continue
        if host.startswith("*"):
            found.update(f"{host}:{port}" for port in asked.host_ports)
            continue
        found.add(f"{host}:*")
        if is_refusal and not host.startswith("[") and not host.rpartition(".")[2].isdecimal():
            found.update((f"{host}.", f"{host}.:*"))
    return tuple(sorted(found))


def _has_port(host: str) -> bool:
    return ":" in host.rpartition("]")[2]


def _header(test: HeaderTest) -> Condition:
    return Condition(
        header_key(test.name),
        tuple(sorted(written(pattern) for pattern in test.any_of)),
        tuple(sorted(written(pattern) for pattern in test.none_of)),
    )
