"""Callers become `from` entries: as few as the meaning permits, conditions never shared between callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.ir import values
from ztdsl.istio.kinds import Condition, Source
from ztdsl.lower.patterns import claim_key, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.traffic.mesh import Mesh

Conditions = tuple[Condition, ...]
Sources = tuple[Source, ...]
EVERYONE: Sources = ()


class SourceTable:
    """Turns callers into `from` entries for one mesh; each distinct list of callers is worked out once."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._known: dict[tuple[str, ...], tuple[tuple[Conditions, Sources], ...]] = {}

    def groups(self, callers: Sequence[values.Caller]) -> tuple[tuple[Conditions, Sources], ...]:
        """The callers by the conditions on their tokens, each group with its `from` entries.

        An empty tuple of entries means everyone and stands for an absent `from`.
        """
        key = tuple([caller.key for caller in callers])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._grouped(callers)
        return known

    def _grouped(self, callers: Sequence[values.Caller]) -> tuple[tuple[Conditions, Sources], ...]:
        by_condition: dict[Conditions, list[values.Caller]] = {}
        for caller in callers:
            by_condition.setdefault(_conditions(caller.user), []).append(caller)
        return tuple(
            (conditions, self._sources(group))
            for conditions, group in sorted(by_condition.items(), key=lambda item: repr(item[0]))
        )

    def _sources(self, callers: Sequence[values.Caller]) -> Sources:
        by_users: dict[str | None, list[values.Source]] = {}
        for caller in callers:
            for principal in _request_principals(caller.user):
                by_users.setdefault(principal, []).append(caller.source)
        by_peers: dict[tuple[str, ...], tuple[list[values.Source], list[str]]] = {}
        for principal, peers in by_users.items():
            key = tuple(sorted({peer.key for peer in peers}))
            users = by_peers.setdefault((*key, str(principal is None)), (peers, []))[1]
            if principal is not None:
                users.append(principal)
        found: list[Source] = []
        for _, (peers, users) in sorted(by_peers.items()):
            entries = self._peers(peers, tuple(sorted(users)))
            if entries == EVERYONE:
                return EVERYONE
            found += entries
        return tuple(found)

    def _peers(self, peers: Sequence[values.Source], users: tuple[str, ...]) -> Sources:
        """The entries of some peers with any of `users`; no entries if everyone may call without a token."""
        principals: set[str] = set()
        blocks: set[str] = set()
        clients: set[str] = set()
        excepting: list[Source] = []
        for peer in peers:
            match peer:
                case values.SourceAddress(cidr=cidr):
                    blocks.add(cidr)
                case values.ClientAddress(cidr=cidr):
                    clients.add(cidr)
                case values.AnyPeer(but=()):
                    principals.add("*")
                case values.AnyPeer(but=but):
                    excepting.append(self._except(but, ("*",), users))
                case values.Everyone(but=()):
                    return (Source(request_principals=users),) if users else EVERYONE
                case values.Everyone(but=but):
                    excepting.append(self._except(but, (), users))
                case _:
                    principals.update(self._principals(peer))
        if "*" in principals:
            principals = {"*"}
        found: list[Source] = []
        if principals:
            found.append(Source(principals=tuple(sorted(principals)), request_principals=users))
        if blocks:
            found.append(Source(ip_blocks=tuple(sorted(blocks)), request_principals=users))
        if clients:
            found.append(Source(remote_ip_blocks=tuple(sorted(clients)), request_principals=users))
        return (*found, *sorted(excepting, key=repr))

    def _except(
        self, but: Iterable[values.Peer | values.Address], principals: tuple[str, ...], users: tuple[str, ...]
    ) -> Source:
        left_out = list(but)
        peers = [p for b in left_out if not isinstance(b, values.SourceAddress | values.ClientAddress)
                 for p in self._principals(b)]  # fmt: skip
        return Source(
            principals=principals,
            not_principals=tuple(sorted(set(peers))),
            request_principals=users,
            not_ip_blocks=tuple(sorted(b.cidr for b in left_out if isinstance(b, values.SourceAddress))),
            not_remote_ip_blocks=tuple(sorted(b.cidr for b in left_out if isinstance(b, values.ClientAddress))),
        )

    def _principals(self, peer: values.Peer) -> tuple[str, ...]:
        """The principals of a peer. Istio itself adds the mesh's aliases to a principal of five parts.

        Source: Istio `pilot/pkg/security/trustdomain/bundle.go`.
        """
        own = self._mesh.trust_domain
        match peer:
            case values.PeerIdentity(trust_domain=domain, namespace=namespace, service_account=account):
                return (f"{domain or own}/ns/{namespace}/sa/{account}",)
            case values.PeerNamespace(namespace=namespace):
                return (f"{own}/ns/{namespace}/sa/*",)
            case values.PeerTrustDomain(trust_domain=None):
                return tuple(f"{domain}/ns/*" for domain in self._mesh.trust_domains)
            case values.PeerTrustDomain(trust_domain=domain):
                return (f"{domain}/ns/*",)


def _request_principals(user: values.User | None) -> tuple[str | None, ...]:
    """`ISSUER/SUBJECT` for each subject; Istio splits at the last slash, so a subject with one goes elsewhere."""
    if user is None:
        return (None,)
    if user.subjects and not _has_slash(user):
        return tuple(f"{user.issuer}/{subject}" for subject in user.subjects)
    return (f"{user.issuer}/*",)


def _has_slash(user: values.User) -> bool:
    return any("/" in subject for subject in user.subjects)


def _conditions(user: values.User | None) -> Conditions:
    if user is None:
        return ()
    found: list[Condition] = []
    if user.audiences:
        found.append(Condition("request.auth.audiences", user.audiences))
    if user.presenters:
        found.append(Condition("request.auth.presenter", user.presenters))
    if user.subjects and _has_slash(user):
        found.append(Condition("request.auth.claims[sub]", user.subjects))
    for test in user.claims:
        key = claim_key(test.path)
        texts = tuple(sorted(written(pattern) for pattern in test.values))
        match test.quantifier:
            case values.Quantifier.ANY:
                found.append(Condition(key, texts))
            case values.Quantifier.ALL:
                found += [Condition(key, (text,)) for text in texts]
            case values.Quantifier.NONE:
                found.append(Condition(key, (), texts))
    return tuple(sorted(found, key=repr))
