"""Clients on both sides of what a rule says of a connection's peer."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

from ztdsl.ir import values
from ztdsl.traffic.addresses import parse_address, within
from ztdsl.traffic.request import Chain, Proxy, Tls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ztdsl.simulate.borders.draft import Draft
    from ztdsl.traffic.mesh import Mesh

Changes = dict[str, Any]
_STRANGER: Final = "ns/elsewhere/sa/nobody"
_FOREIGN: Final = "foreign.example"
_ADDRESSES: Final = ("198.18.0.10", "192.0.2.10", "198.51.100.10", "203.0.113.10", "2001:db8:ffff::10")
_MOST: Final = 3


def stranger(draft: Draft, mesh: Mesh) -> Draft:
    """The draft as a client sends it whom no rule names, in the way the proxy there expects."""
    if draft.proxy is Proxy.GATEWAY:
        tls = Tls.NONE if draft.chain is Chain.HTTP else Tls.OTHER
        return draft.but(peer=None, tls=tls, source_ip=_ADDRESSES[0], remote_ip=_ADDRESSES[0])
    return draft.but(source_ip=_ADDRESSES[0], **_identified(mesh.trust_domain, _STRANGER))


def met(source: values.Source, draft: Draft, mesh: Mesh) -> Draft:
    """The draft from a client that `source` takes in, as far as one can be made up; a good one stays."""
    match source:
        case values.Everyone(but=()):
            return draft
        case values.PeerIdentity() | values.PeerNamespace() | values.PeerTrustDomain():
            return draft.but(**_peer(source, mesh))
        case values.SourceAddress(cidr=cidr):
            return draft.but(source_ip=edges(cidr)[0][0])
        case values.ClientAddress(cidr=cidr):
            return draft.but(remote_ip=edges(cidr)[0][0])
        case values.AnyPeer(but=but):
            return draft.but(**_identified(_domain_beside(but, mesh), _STRANGER))
        case values.Everyone(but=but):
            return _beside(but, draft, mesh)


def near(source: values.Source, draft: Draft, mesh: Mesh) -> Iterator[Draft]:
    """Drafts from clients beside the border of `source`, some on its inner side; `draft` is from one that it takes."""
    match source:
        case values.PeerIdentity() | values.PeerNamespace() | values.PeerTrustDomain():
            yield from _near_peer(source, draft, mesh)
        case values.SourceAddress(cidr=cidr):
            for address in (*edges(cidr)[0], *edges(cidr)[1]):
                yield draft.but(source_ip=address)
        case values.ClientAddress(cidr=cidr):
            for address in (*edges(cidr)[0], *edges(cidr)[1]):
                yield draft.but(remote_ip=address)
        case values.AnyPeer(but=but) | values.Everyone(but=but):
            for domain in (*mesh.federated_trust_domains[:1], *mesh.trust_domain_aliases[:1], _FOREIGN):
                yield draft.but(**_identified(domain, _STRANGER))
            for each in spread(but, _MOST):
                yield met(each, draft, mesh)
                yield from near(each, draft, mesh)


def without_identity(draft: Draft) -> Iterator[Draft]:
    """The draft in plaintext, and in TLS that is not the mesh's."""
    yield draft.but(peer=None, tls=Tls.NONE)
    yield draft.but(peer=None, tls=Tls.OTHER)


def spread(items: Sequence[Any], most: int) -> Sequence[Any]:
    """At most `most` of the items, taken evenly, the first one always."""
    if len(items) <= most:
        return items
    return [items[index * len(items) // most] for index in range(most)]


def edges(cidr: str) -> tuple[list[str], list[str]]:
    """The first and the last address of a block, and the neighbours outside of it."""
    block = ip_network(cidr, strict=False)
    first, last = int(block.network_address), int(block.broadcast_address)
    kind = type(block.network_address)
    inside = [str(kind(value)) for value in dict.fromkeys((first, last))]
    outside = [str(kind(value)) for value in (first - 1, last + 1) if 0 <= value < 1 << block.max_prefixlen]
    return inside, outside


def _near_peer(peer: values.Peer, draft: Draft, mesh: Mesh) -> Iterator[Draft]:
    domain, namespace, account = _parts(peer, mesh)
    others = [
        (domain, namespace, f"{account}x"),
        (domain, f"{namespace}x", account),
        (f"{domain}.x", namespace, account),
    ]
    others += [(other, namespace, account) for other in _other_domains(domain, mesh)]
    for each in others:
        yield draft.but(**_identified(each[0], f"ns/{each[1]}/sa/{each[2]}"))


def _other_domains(domain: str, mesh: Mesh) -> list[str]:
    known = (*mesh.trust_domains[:2], *mesh.federated_trust_domains[:1], _FOREIGN)
    return [each for each in known if each != domain]


def _parts(peer: values.Peer, mesh: Mesh) -> tuple[str, str, str]:
    match peer:
        case values.PeerIdentity(trust_domain=domain, namespace=namespace, service_account=account):
            return domain or mesh.trust_domain, namespace, account
        case values.PeerNamespace(namespace=namespace):
            return mesh.trust_domain, namespace, "nobody"
        case values.PeerTrustDomain(trust_domain=domain):
            return domain or mesh.trust_domain, "elsewhere", "nobody"


def _peer(peer: values.Peer, mesh: Mesh) -> Changes:
    domain, namespace, account = _parts(peer, mesh)
    return _identified(domain, f"ns/{namespace}/sa/{account}")


def _identified(domain: str, rest: str) -> Changes:
    return {"peer": f"spiffe://{domain}/{rest}", "tls": Tls.MTLS}


def _domain_beside(but: Sequence[values.Peer | values.Address], mesh: Mesh) -> str:
    """A trust domain that the mesh accepts and `but` does not name as a whole, if there is one."""
    whole = {each.trust_domain for each in but if isinstance(each, values.PeerTrustDomain)}
    if None not in whole and mesh.trust_domain not in whole:
        return mesh.trust_domain
    left = [each for each in mesh.federated_trust_domains if each not in whole]
    return left[0] if left else mesh.trust_domain


def _beside(but: Sequence[values.Peer | values.Address], draft: Draft, mesh: Mesh) -> Draft:
    """The draft from a client that `but` does not name, if one is found."""
    blocks = [each.cidr for each in but if isinstance(each, values.SourceAddress | values.ClientAddress)]
    is_named = within(blocks)
    free = [text for text in _ADDRESSES if not is_named(parse_address(text))]
    address = free[0] if free else _ADDRESSES[0]
    if draft.proxy is Proxy.GATEWAY:
        return draft.but(remote_ip=address, source_ip=address)
    return draft.but(source_ip=address, **_identified(_domain_beside(but, mesh), _STRANGER))
