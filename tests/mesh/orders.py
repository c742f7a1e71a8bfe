"""Orders in which the same objects can be applied, the printed one among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tests.mesh.transition import Order
from ztdsl.istio.kinds import AuthorizationPolicy, Manifest, PeerAuthentication, RequestAuthentication


def printed(manifests: Sequence[Manifest]) -> list[Manifest]:
    """As `ztc build` prints them."""
    return list(manifests)


def by_rank(*ranks: str) -> Order:
    """By what the objects do, those that are named first before the others; the rest as printed."""
    known = {name: number for number, name in enumerate(ranks)}
    return lambda manifests: sorted(manifests, key=lambda each: known.get(rank(each), len(known)))


def rank(manifest: Manifest) -> str:
    """What an object does, in a word."""
    match manifest:
        case RequestAuthentication():
            return "tokens"
        case PeerAuthentication():
            return "mtls"
        case AuthorizationPolicy(action="ALLOW", rules=()):
            return "nothing"
        case AuthorizationPolicy(action=action):
            return action.lower()


ORDERS: Final[Mapping[str, Order]] = {
    "printed": printed,
    "allows before denies": by_rank("tokens", "allow", "deny", "nothing", "mtls"),
    "allow-nothing first": by_rank("nothing"),
    "mTLS first": by_rank("mtls"),
    "kinds by name": by_rank("allow", "deny", "nothing", "mtls", "tokens"),
}
