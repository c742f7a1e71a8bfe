"""Which connections a port accepts: the effective mode of PeerAuthentications, and what it lets through.

Sources: Istio `pilot/pkg/security/authn/policy_applier.go` (ComposePeerAuthentication),
`pilot/pkg/model/authentication.go`, `pilot/pkg/networking/core/filterchain_options.go`,
`pilot/pkg/networking/plugin/authn/util.go`, `pilot/pkg/serviceregistry/ambient/{authorization,policies,workloads}.go`.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.traffic.decision import Decider
from ztdsl.traffic.request import Chain, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.istio.kinds import PeerAuthentication
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Destination, Request

STRICT: Final = "STRICT"
PERMISSIVE: Final = "PERMISSIVE"
DISABLE: Final = "DISABLE"
PLAINTEXT: Final = "the port accepts mutual TLS only, and the client sends plaintext"
NO_CERTIFICATE: Final = "the client shows no certificate"
FOREIGN: Final = "the mesh does not accept certificates of the client's trust domain"
_UNSET: Final = frozenset({None, "UNSET"})
_OPEN: Final = frozenset({PERMISSIVE, DISABLE})
_SCHEME: Final = "spiffe://"
_PORT: Final = "to.port"


class Mode(NamedTuple):
    """The mode of one port.

    Attributes:
        value: `STRICT`, `PERMISSIVE` or `DISABLE`.
        decided_by: the object that sets it; None where none does.
        lacking: the fact that decides it, where one is not known.
    """

    value: str
    decided_by: Decider | None = None
    lacking: str | None = None


class Acceptance(NamedTuple):
    """Whether a connection is accepted.

    Attributes:
        is_accepted: whether it is.
        identity: what it proves; None without one.
        reason: why it is not accepted.
    """

    is_accepted: bool
    identity: str | None = None
    reason: str | None = None


class _Scopes(NamedTuple):
    """The objects of each scope that may be its oldest, which is the only one that counts; (None,) without any."""

    mesh: tuple[PeerAuthentication | None, ...]
    namespace: tuple[PeerAuthentication | None, ...]
    workload: tuple[PeerAuthentication | None, ...]


def mode(peers: Sequence[PeerAuthentication], destination: Destination, mesh: Mesh) -> Mode:
    """The mode of a port of a sidecar; `peers` are the objects that apply to its workload, the oldest first.

    The mesh's, the namespace's and the workload's oldest object count, the narrowest that says something first. Of
    several for the workload all but the oldest are ignored, with their ports.
    """
    scopes = _scopes(peers, destination, mesh)
    found = [Mode(PERMISSIVE)]
    for scope in (scopes.mesh, scopes.namespace):
        found = list(dict.fromkeys(_under(outer, each) for outer in found for each in scope))
    found = [_at_port(outer, each, destination.port) for outer in found for each in scopes.workload]
    return _only(found, scopes)


def ambient_mode(peers: Sequence[PeerAuthentication], destination: Destination, mesh: Mesh) -> Mode:
    """Whether ztunnel refuses connections without an identity, which is `STRICT`, or not, which is `PERMISSIVE`.

    Modes of single ports differ from what a sidecar makes of them: istiod turns the object of the workload into a
    policy of its own, and where scopes disagree, now and then into none.
    """
    # Of the root namespace only objects without any selector reach workloads of other namespaces.
    seen = [each for each in peers if each.selector is None or each.meta.namespace == destination.namespace]
    scopes = _scopes(seen, destination, mesh)
    plain = [each for each in _wide(seen, destination.namespace) if each.selector is None]
    found: list[Mode] = []
    for whole, namespace, workload in product(*scopes):
        converted = [namespace] if namespace is None or namespace.selector is None else _oldest(plain)
        for each in converted:
            inner = _Inherited(whole, namespace, each)
            found.append(_at_ztunnel(inner, workload, destination.port))
    return _only(found, scopes)


def accept(effective: Mode, request: Request, mesh: Mesh) -> Acceptance:
    """Whether a sidecar accepts the connection of `request`, and which identity it then has."""
    if request.tls is Tls.NONE:
        if effective.value == STRICT:
            return Acceptance(is_accepted=False, reason=PLAINTEXT)
        return Acceptance(is_accepted=True)
    if request.tls is Tls.MTLS and effective.value != DISABLE:
        return _terminated(request.peer, mesh)
    return _opaque_tls(effective, request)


def _opaque_tls(effective: Mode, request: Request) -> Acceptance:
    """TLS that the proxy does not end: bytes to a TCP chain, nonsense to one that expects requests."""
    if effective.value == STRICT:
        return Acceptance(is_accepted=False, reason="the port accepts mutual TLS of the mesh only")
    if request.to.chain is Chain.HTTP:
        expected = "plaintext HTTP" if effective.value == DISABLE else "plaintext HTTP or the mesh's TLS"
        return Acceptance(is_accepted=False, reason=f"the port expects {expected}")
    return Acceptance(is_accepted=True)


def _terminated(peer: str | None, mesh: Mesh) -> Acceptance:
    """The mesh's TLS: only certificates of the trust domains that the mesh accepts are."""
    if peer is None:
        return Acceptance(is_accepted=False, reason=NO_CERTIFICATE)
    accepted = (*mesh.trust_domains, *mesh.federated_trust_domains)
    if any(peer.startswith(f"{_SCHEME}{domain}/") for domain in accepted):
        return Acceptance(is_accepted=True, identity=peer)
    return Acceptance(is_accepted=False, reason=FOREIGN)


def _scopes(peers: Sequence[PeerAuthentication], destination: Destination, mesh: Mesh) -> _Scopes:
    """The scopes; objects with a selector in the root namespace never count, whatever they select."""
    root, namespace = mesh.root_namespace, destination.namespace
    whole = _oldest(_wide(peers, root))
    if namespace == root:
        return _Scopes(whole, (None,), (None,))
    narrow = [each for each in peers if each.meta.namespace == namespace and _has_labels(each)]
    return _Scopes(whole, _oldest(_wide(peers, namespace)), _oldest(narrow))


def _wide(peers: Iterable[PeerAuthentication], namespace: str) -> list[PeerAuthentication]:
    return [each for each in peers if each.meta.namespace == namespace and not _has_labels(each)]


def _has_labels(policy: PeerAuthentication) -> bool:
    return policy.selector is not None and bool(policy.selector.match_labels)


def _oldest(scope: Sequence[PeerAuthentication]) -> tuple[PeerAuthentication | None, ...]:
    """The objects of which any may be the oldest: the first with a date, and all without one."""
    dated = [each for each in scope if each.meta.created is not None]
    return (*dated[:1], *(each for each in scope if each.meta.created is None)) or (None,)


def _says(policy: PeerAuthentication | None) -> str | None:
    return None if policy is None or policy.mtls in _UNSET else policy.mtls


def _under(outer: Mode, policy: PeerAuthentication | None) -> Mode:
    """What `policy` makes of the mode of the wider scope."""
    said = _says(policy)
    return outer if policy is None or said is None else Mode(said, _decider(policy))


def _at_port(outer: Mode, policy: PeerAuthentication | None, port: int | None) -> Mode:
    """The mode of one port where `policy` is the workload's object."""
    own = _under(outer, policy)
    if policy is None:
        return own
    modes = {number: value for number, value in policy.port_level if value not in _UNSET}
    if port is None:
        return own if all(value == own.value for value in modes.values()) else own._replace(lacking=_PORT)
    return Mode(modes[port], _decider(policy)) if port in modes else own


def _only(found: Sequence[Mode], scopes: _Scopes) -> Mode:
    """The mode, where all of `found`, one for each choice of the oldest objects, say the same."""
    first = found[0]
    lacking = next((each.lacking for each in found if each.lacking is not None), None)
    if lacking is not None:
        return first._replace(lacking=lacking)
    if len({each.value for each in found}) > 1:
        contested = [each for scope in scopes if len(scope) > 1 for each in scope if each is not None]
        names = " and ".join(sorted(f"{each.meta.namespace}/{each.meta.name}" for each in contested))
        return first._replace(lacking=f"which of the PeerAuthentications {names} is the oldest")
    deciders = {each.decided_by for each in found}
    return first if len(deciders) == 1 else first._replace(decided_by=None)


class _Inherited(NamedTuple):
    """The objects of the wider scopes: the mesh's, the namespace's, and the latter as the conversion looks it up."""

    mesh: PeerAuthentication | None
    namespace: PeerAuthentication | None
    converted: PeerAuthentication | None

    def mode(self) -> Mode:
        """What they say together."""
        return _under(_under(Mode(PERMISSIVE), self.mesh), self.namespace)


def _at_ztunnel(inherited: _Inherited, workload: PeerAuthentication | None, port: int | None) -> Mode:
    """Whether plaintext is refused (`convertedSelectorPeerAuthentications`)."""
    whole = _under(inherited.mode(), workload)
    effective = whole if whole.value == STRICT else Mode(PERMISSIVE, whole.decided_by)
    if workload is None:
        return effective
    own = _says(workload)
    modes = {value for _, value in workload.port_level}
    if own == STRICT:
        is_converted = bool(modes & _OPEN)
    elif own is None and effective.value == STRICT:
        is_converted = PERMISSIVE in modes
    else:
        is_converted = STRICT in modes
    return _converted(inherited, workload, port) if is_converted else effective


def _converted(inherited: _Inherited, workload: PeerAuthentication, port: int | None) -> Mode:
    """What the policy refuses that istiod makes of the workload's object (`convertPeerAuthentication`)."""
    own, above, root = _says(workload), _says(inherited.converted), _says(inherited.mesh)
    # As istiod groups these tests, a strict mesh takes single strict ports even from a workload that is open.
    is_covered = own == STRICT or (own is None and above == STRICT) or (above is None and root == STRICT)
    outer = above if inherited.converted is not None else root
    is_open = own in _OPEN or (own is None and outer != STRICT)
    closed = frozenset() if is_covered else _ports(workload, frozenset({STRICT}))
    opened = frozenset() if is_open else _ports(workload, _OPEN)
    is_merged = above == STRICT or (above is None and root == STRICT)
    denies_rest = own == STRICT or (is_merged and bool(opened))
    decider = _decider(workload)
    if port is None and (closed or (denies_rest and opened)):
        return Mode(PERMISSIVE, decider, _PORT)
    is_refused = port in closed or (denies_rest and port not in opened)
    return Mode(STRICT if is_refused else PERMISSIVE, decider)


def _ports(policy: PeerAuthentication, modes: frozenset[str]) -> frozenset[int]:
    return frozenset(port for port, value in policy.port_level if value in modes)


def _decider(policy: PeerAuthentication) -> Decider:
    return Decider("PeerAuthentication", policy.meta.namespace, policy.meta.name)
