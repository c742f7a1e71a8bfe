"""Rules as istiod makes them for ztunnel: what it cannot see is left out.

Source: Istio `pilot/pkg/serviceregistry/ambient/authorization.go`; ztunnel `src/rbac.rs`.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from ztdsl.istio.evaluate.truth import every, some
from ztdsl.traffic.addresses import parse_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ztdsl.istio.evaluate.l4_connection import Connection, Strings
    from ztdsl.istio.evaluate.truth import Truth
    from ztdsl.istio.kinds import AuthorizationPolicy, Condition, Operation, Rule, Source

_MOST_PORT: Final = 65535


def matches_l4(rule: Rule, policy: AuthorizationPolicy, connection: Connection) -> Truth:
    """Whether the clauses of the rule hold.

    What ztunnel cannot see is left out of a DENY, and a match that has nothing left is false; an ALLOW rule with
    any of it is left out whole.
    """
    if policy.action == "ALLOW" and _is_beyond(rule):
        return False
    namespace = policy.meta.namespace
    clauses: list[list[Truth]] = []
    if rule.operations:
        clauses.append([_operation(each, connection) for each in rule.operations])
    if rule.sources:
        clauses.append([_source(each, connection, namespace) for each in rule.sources])
    clauses.extend([_condition(each, connection)] for each in rule.conditions)
    return every(some(clause) for clause in clauses)


_SEEN_KEYS: Final = frozenset(
    {"source.ip", "source.namespace", "source.principal", "destination.ip", "destination.port"}
)
_unseen_sources: Final = attrgetter(
    "request_principals", "not_request_principals", "remote_ip_blocks", "not_remote_ip_blocks"
)
_unseen_operations: Final = attrgetter("hosts", "not_hosts", "methods", "not_methods", "paths", "not_paths")


def _is_beyond(rule: Rule) -> bool:
    """Whether the rule tests what only a proxy of requests sees."""
    return (
        any(condition.key not in _SEEN_KEYS for condition in rule.conditions)
        or any(any(_unseen_sources(each)) for each in rule.sources)
        or any(any(_unseen_operations(each)) for each in rule.operations)
    )


def _operation(operation: Operation, connection: Connection) -> Truth:
    return _match(_ports_field(operation.ports, operation.not_ports, connection))


def _source(source: Source, connection: Connection, namespace: str) -> Truth:
    """Whether the source holds; `trustDomains` are left out as if they were not written."""
    accounts = _qualified(source.service_accounts, namespace)
    others = _qualified(source.not_service_accounts, namespace)
    return _match(
        [
            *_blocks_field(source.ip_blocks, source.not_ip_blocks, connection.comes_from),
            *_field(source.namespaces, source.not_namespaces, connection.has_namespace),
            *_field(accounts, others, connection.has_account),
            *_field(source.principals, source.not_principals, connection.has_principal),
        ]
    )


def _condition(condition: Condition, connection: Connection) -> Truth:
    values, others = condition.values, condition.not_values
    match condition.key:
        case "source.ip":
            return _match(_blocks_field(values, others, connection.comes_from))
        case "destination.ip":
            return _match(_blocks_field(values, others, connection.goes_to))
        case "destination.port":
            return _match(_ports_field(values, others, connection))
        case "source.namespace":
            return _match(_field(values, others, connection.has_namespace))
        case "source.principal":
            return _match(_field(values, others, connection.has_principal))
        case _:
            return False


def _field(values: Strings, others: Strings, test: Callable[[Strings], Truth]) -> Iterator[Truth]:
    """The tests of one field: any of `values` if there are any, and none of `others`."""
    if values:
        yield test(values)
    if others:
        found = test(others)
        yield not found if isinstance(found, bool) else found


def _blocks_field(values: Strings, others: Strings, test: Callable[[Strings], Truth]) -> Iterator[Truth]:
    return _field(_usable_blocks(values), _usable_blocks(others), test)


def _ports_field(values: Strings, others: Strings, connection: Connection) -> Iterator[Truth]:
    return _field(_usable_ports(values), _usable_ports(others), connection.goes_to_port)


def _match(tests: Iterable[Truth]) -> Truth:
    """Whether every test holds; a match without any is empty, which ztunnel takes for false."""
    found = list(tests)
    return every(found) if found else False


def _qualified(accounts: Strings, namespace: str) -> Strings:
    """Service accounts with a namespace each: that of the policy where none is written."""
    return tuple(each if "/" in each else f"{namespace}/{each}" for each in accounts)


@lru_cache(maxsize=1024)
def _usable_ports(ports: Strings) -> Strings:
    """The ports that are numbers, in plain digits; others istiod leaves out (`stringToPort`)."""
    numbers = [int(each) for each in ports if each.isascii() and each.isdecimal()]
    return tuple(str(each) for each in numbers if each <= _MOST_PORT)


@lru_cache(maxsize=1024)
def _usable_blocks(blocks: Strings) -> Strings:
    """The blocks that can be read; others istiod leaves out (`stringToIP`)."""
    return tuple(each for each in blocks if _is_block(each))


def _is_block(text: str) -> bool:
    try:
        parse_block(text)
    except ValueError:
        return False
    return True
