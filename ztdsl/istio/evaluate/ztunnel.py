"""What ztunnel does with a connection: policies without target references, by what it can see of a connection.

Sources: Istio `pilot/pkg/serviceregistry/ambient/authorization.go`; ztunnel `src/rbac.rs`, `src/state.rs`,
`src/tls/{certificate,workload}.rs`.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ztdsl.istio.evaluate.answers import NO_ALLOW_POLICY, NO_ALLOW_RULE, unknown
from ztdsl.istio.evaluate.facts import LackingFactError
from ztdsl.istio.evaluate.peers import FOREIGN, NO_CERTIFICATE, PLAINTEXT, STRICT, ambient_mode
from ztdsl.istio.kinds import DRY_RUN_ANNOTATION
from ztdsl.traffic.addresses import parse_address, parse_block, within
from ztdsl.traffic.decision import Decider, Decision, Verdict
from ztdsl.traffic.request import Tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ztdsl.istio.evaluate.attachment import Attached
    from ztdsl.istio.evaluate.truth import Truth
    from ztdsl.istio.kinds import AuthorizationPolicy, Condition, Operation, Rule, Source
    from ztdsl.traffic.addresses import Address
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Request

Strings: TypeAlias = tuple[str, ...]

_PARTS: Final = 5
_SCHEME: Final = "spiffe://"
_MOST_PORT: Final = 65535
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})


def decide_l4(attached: Attached, request: Request, mesh: Mesh) -> Decision:
    """Whether ztunnel lets the connection of `request` through; what it carries is not its matter."""
    if attached.lacking is not None:
        return unknown(f"what applies to the workload depends on {attached.lacking}")
    connection = _Connection(request)
    refused = _at_handshake(connection, attached, mesh)
    if refused is not None:
        return refused
    policies = [each for each in attached.policies if _is_enforced(each)]
    deny = _search(policies, "DENY", connection)
    allow = _search(policies, "ALLOW", connection)
    has_allow = any(each.action == "ALLOW" for each in policies)
    if deny.rule is not None:
        return Decision(Verdict.REFUSED, None, deny.rule)
    if has_allow and allow == _NOTHING:
        return Decision(Verdict.REFUSED, None, None, NO_ALLOW_RULE)
    lacking = deny.lacking or (allow.lacking if allow.rule is None else None)
    if lacking is not None:
        return unknown(f"the verdict depends on {lacking}")
    return Decision(Verdict.ALLOW, None, allow.rule, None if has_allow else NO_ALLOW_POLICY)


class _Connection:
    """What ztunnel sees of a connection; `parts` are those of the identity that it proves."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.is_mutual = request.tls is Tls.MTLS
        self.parts = _parts(request.peer) if self.is_mutual else None

    def comes_from(self, blocks: Strings) -> Truth:
        return _lies_in(self.request.source_ip, "source_ip", blocks)

    def goes_to(self, blocks: Strings) -> Truth:
        return _lies_in(self.request.to.ip, "to.ip", blocks)

    def goes_to_port(self, ports: Strings) -> Truth:
        port = self.request.to.port
        return LackingFactError("to.port") if port is None else str(port) in ports

    def has_principal(self, patterns: Strings) -> Truth:
        return self.parts is not None and any(_fits(each, "/".join(self.parts)) for each in patterns)

    def has_namespace(self, patterns: Strings) -> Truth:
        return self.parts is not None and any(_fits(each, self.parts[2]) for each in patterns)

    def has_account(self, accounts: Strings) -> Truth:
        """Whether one of `accounts`, which are `NAMESPACE/NAME`, is the client's, in whatever trust domain."""
        return self.parts is not None and f"{self.parts[2]}/{self.parts[4]}" in accounts


def _at_handshake(connection: _Connection, attached: Attached, mesh: Mesh) -> Decision | None:
    """The decision where the connection ends before any policy.

    A certificate must be of the trust domain of the server's own; aliases and federated domains do not count here.
    """
    request = connection.request
    if connection.is_mutual:
        if request.peer is None:
            return Decision(Verdict.REFUSED, None, None, NO_CERTIFICATE)
        if connection.parts is None or connection.parts[0] != mesh.trust_domain:
            return Decision(Verdict.REFUSED, None, None, FOREIGN)
        return None
    effective = ambient_mode(attached.peers, request.to, mesh)
    if effective.lacking is not None:
        return unknown(f"the mode of the port depends on {effective.lacking}")
    if effective.value == STRICT:
        return Decision(Verdict.REFUSED, None, effective.decided_by, PLAINTEXT)
    return None


def _is_enforced(policy: AuthorizationPolicy) -> bool:
    """Whether istiod sends the policy: AUDIT, CUSTOM and dry runs it withholds."""
    dry_run = dict(policy.meta.annotations).get(DRY_RUN_ANNOTATION, "")
    return policy.action in {"ALLOW", "DENY"} and dry_run not in _TRUE


class _Found(NamedTuple):
    """The first rule that certainly matches, and the fact that the match of another depends on."""

    rule: Decider | None
    lacking: str | None


_NOTHING: Final = _Found(None, None)


def _search(policies: Sequence[AuthorizationPolicy], action: str, connection: _Connection) -> _Found:
    lacking: str | None = None
    for policy in policies:
        if policy.action != action:
            continue
        for index, rule in enumerate(policy.rules):
            matches = _matches(rule, policy, connection)
            if matches is True:
                meta = policy.meta
                return _Found(Decider("AuthorizationPolicy", meta.namespace, meta.name, index), lacking)
            if matches is not False:
                lacking = str(matches)
    return _Found(None, lacking)


def _matches(rule: Rule, policy: AuthorizationPolicy, connection: _Connection) -> Truth:
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
    return _every(_some(clause) for clause in clauses)


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


def _operation(operation: Operation, connection: _Connection) -> Truth:
    return _match(_ports_field(operation.ports, operation.not_ports, connection))


def _source(source: Source, connection: _Connection, namespace: str) -> Truth:
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


def _condition(condition: Condition, connection: _Connection) -> Truth:
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


def _ports_field(values: Strings, others: Strings, connection: _Connection) -> Iterator[Truth]:
    return _field(_usable_ports(values), _usable_ports(others), connection.goes_to_port)


def _match(tests: Iterable[Truth]) -> Truth:
    """Whether every test holds; a match without any is empty, which ztunnel takes for false."""
    found = list(tests)
    return _every(found) if found else False


def _every(truths: Iterable[Truth]) -> Truth:
    result: Truth = True
    for each in truths:
        if each is False:
            return False
        if each is not True:
            result = each
    return result


def _some(truths: Iterable[Truth]) -> Truth:
    result: Truth = False
    for each in truths:
        if each is True:
            return True
        if each is not False:
            result = each
    return result


def _parts(identity: str | None) -> list[str] | None:
    """The five parts of an identity that ztunnel can read; None of any other."""
    if identity is None or not identity.startswith(_SCHEME):
        return None
    parts = identity.removeprefix(_SCHEME).split("/")
    return parts if len(parts) == _PARTS and parts[1] == "ns" and parts[3] == "sa" else None


def _fits(pattern: str, text: str) -> bool:
    if pattern == "*":
        return text != ""
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


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


@lru_cache(maxsize=1024)
def _containing(blocks: Strings) -> Callable[[Address], bool]:
    return within(blocks)


def _lies_in(address: str | None, name: str, blocks: Strings) -> Truth:
    if address is None:
        return LackingFactError(name)
    try:
        parsed = parse_address(address)
    except ValueError:
        return LackingFactError(f"{name}, which is no address")
    return _containing(blocks)(parsed)
