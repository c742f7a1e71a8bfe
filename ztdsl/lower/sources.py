"""Callers become `from` entries: as few as the meaning permits, conditions never shared between callers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.ir import values
from ztdsl.istio.kinds import Condition, Source
from ztdsl.lower.patterns import claim_key, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.traffic.mesh import Mesh

Conditions = tuple[Condition, ...]
Sources = tuple[Source, ...]
Groups = tuple[tuple[Conditions, Sources], ...]
EVERYONE: Sources = ()
_NAMED: Final = (values.PeerIdentity, values.PeerNamespace, values.PeerTrustDomain)
_EXCEPTING: Final = (values.AnyPeer, values.Everyone)
_ANY_PEER: Final = values.AnyPeer()
_AFTER_DOMAIN: Final = len('"/ns/*",')


class SourceTable:
    """Turns callers into `from` entries for one mesh; each distinct list of callers is worked out once."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._known: dict[tuple[str, ...], tuple[Groups, int]] = {}

    def groups(self, callers: Sequence[values.Caller]) -> Groups:
        """The callers by the conditions on their tokens, each group with its `from` entries.

        An empty tuple of entries means everyone and stands for an absent `from`.
        """
        return self._looked_up(callers)[0]

    def bound(self, callers: Sequence[values.Caller]) -> int:
        """More characters than the entries and conditions of `callers` can have together."""
        return self._looked_up(callers)[1]

    def _looked_up(self, callers: Sequence[values.Caller]) -> tuple[Groups, int]:
        key = tuple([caller.key for caller in callers])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (self._grouped(callers), self._bound(callers))
        return known

    def _bound(self, callers: Sequence[values.Caller]) -> int:
        """What a caller's key has, and what manifests have more often than it: all the domains that it may mean."""
        domains = sum([len(name) + _AFTER_DOMAIN for name in self._mesh.trust_domains])
        texts = sum([len(each.key) + domains * each.key.count("Peer") for each in callers])
        return texts + sum([_repeated(each.user) for each in callers if each.user is not None])

    def _grouped(self, callers: Sequence[values.Caller]) -> Groups:
        if all([caller.user is None and isinstance(caller.source, _NAMED) for caller in callers]):
            principals = self._named([caller.source for caller in callers])
            return (((), (Source(principals=principals),)),) if callers else ()
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
        if any(isinstance(peer, values.Everyone) and not peer.but for peer in peers):
            return (Source(request_principals=users),) if users else EVERYONE
        principals = self._accepted() if _ANY_PEER in peers else self._named(peers)
        blocks = tuple(sorted({peer.cidr for peer in peers if isinstance(peer, values.SourceAddress)}))
        clients = tuple(sorted({peer.cidr for peer in peers if isinstance(peer, values.ClientAddress)}))
        found: list[Source] = []
        if principals:
            found.append(Source(principals=principals, request_principals=users))
        if blocks:
            found.append(Source(ip_blocks=blocks, request_principals=users))
        if clients:
            found.append(Source(remote_ip_blocks=clients, request_principals=users))
        excepting = [self._except(peer, users) for peer in peers if isinstance(peer, _EXCEPTING) and peer.but]
        return (*found, *sorted(excepting, key=repr))

    def _named(self, peers: Sequence[values.Source]) -> tuple[str, ...]:
        """The principals of those of `peers` that are named."""
        return tuple(sorted({text for peer in peers if isinstance(peer, _NAMED) for text in self._principals(peer)}))

    def _except(self, peer: values.AnyPeer | values.Everyone, users: tuple[str, ...]) -> Source:
        blocks = {each.cidr for each in peer.but if isinstance(each, values.SourceAddress)}
        clients = {each.cidr for each in peer.but if isinstance(each, values.ClientAddress)}
        left_out = {text for each in peer.but if isinstance(each, _NAMED) for text in self._principals(each)}
        return Source(
            principals=self._accepted() if isinstance(peer, values.AnyPeer) else (),
            not_principals=tuple(sorted(left_out)),
            request_principals=users,
            not_ip_blocks=tuple(sorted(blocks)),
            not_remote_ip_blocks=tuple(sorted(clients)),
        )

    def _accepted(self) -> tuple[str, ...]:
        """Every identity of a workload that the mesh accepts; a lone star would take any client certificate."""
        domains = {*self._mesh.trust_domains, *self._mesh.federated_trust_domains}
        return tuple(sorted(f"{domain}/ns/*" for domain in domains))

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


def _repeated(user: values.User) -> int:
    """The characters that a model has once and a manifest many times: an issuer by subject, a claim by value."""
    names = [len("".join(test.path)) * len(test.values) for test in user.claims]
    return len(user.issuer) * len(user.subjects) + sum(names)


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
