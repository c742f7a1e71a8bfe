"""Whether a request comes from who a rule names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ztdsl.ir import values
from ztdsl.simulate.strings import fits
from ztdsl.simulate.truth import Truth, Unknown, any_of, none_of
from ztdsl.traffic.addresses import within

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ztdsl.simulate.facts import Facts
    from ztdsl.simulate.tokens import Verified
    from ztdsl.traffic.addresses import Address
    from ztdsl.traffic.mesh import Mesh

_SPLIT: Final = ("scope", "permission")  # claims that Istio reads as words without being told to


def is_caller(caller: values.Caller, facts: Facts, mesh: Mesh) -> Truth:
    """Whether both the peer and, where one is named, the end user are those of `caller`."""
    if caller.user is not None and (facts.token is None or not is_user(caller.user, facts.token)):
        return False
    return is_source(caller.source, facts, mesh)


def is_source(source: values.Source, facts: Facts, mesh: Mesh) -> Truth:
    """Whether the connection comes from `source`."""
    match source:
        case values.Everyone(but=but):
            return none_of([is_source(each, facts, mesh) for each in but])
        case values.AnyPeer(but=but):
            is_any = facts.identity is not None and _is_accepted(facts.identity, mesh)
            return is_any and none_of([is_source(each, facts, mesh) for each in but])
        case values.SourceAddress(cidr=cidr):
            return facts.source if isinstance(facts.source, Unknown) else block(cidr)(facts.source)
        case values.ClientAddress(cidr=cidr):
            return facts.client if isinstance(facts.client, Unknown) else block(cidr)(facts.client)
    return facts.identity is not None and _is_peer(source, facts.identity, mesh)


def _is_accepted(identity: str, mesh: Mesh) -> bool:
    """Whether it is of a workload, in a trust domain that the mesh accepts."""
    domains = (*mesh.trust_domains, *mesh.federated_trust_domains)
    return identity.startswith(tuple([f"{domain}/ns/" for domain in domains]))


def _is_peer(peer: values.Peer, identity: str, mesh: Mesh) -> bool:
    domain, _, rest = identity.partition("/")
    match peer:
        case values.PeerIdentity(trust_domain=wanted, namespace=namespace, service_account=account):
            return _is_of(domain, wanted, mesh) and rest == f"ns/{namespace}/sa/{account}"
        case values.PeerNamespace(namespace=namespace):
            return domain in mesh.trust_domains and rest.startswith(f"ns/{namespace}/sa/")
        case values.PeerTrustDomain(trust_domain=wanted):
            return _is_of(domain, wanted, mesh) and rest.startswith("ns/")


def _is_of(domain: str, wanted: str | None, mesh: Mesh) -> bool:
    return domain in mesh.trust_domains if wanted is None else domain == wanted


@lru_cache(4096)
def block(cidr: str) -> Callable[[Address], bool]:
    """A predicate: whether an address lies in the block, which holds none of the other family."""
    return within((cidr,))


# End users -------------------------------------------------------------------------------------


def is_user(user: values.User, token: Verified) -> bool:
    """Whether the verified token is one of `user`."""
    claims = token.claims
    if token.issuer.issuer != user.issuer or not claims.get("sub"):
        return False
    if user.subjects and claims["sub"] not in user.subjects:
        return False
    if user.audiences and not _meet(user.audiences, texts_of(("aud",), token)):
        return False
    if user.presenters and not _meet(user.presenters, texts_of(("azp",), token)):
        return False
    return all(_holds(test, texts_of(test.path, token)) for test in user.claims)


def _meet(wanted: Sequence[str], texts: Sequence[str]) -> bool:
    return any(text in wanted for text in texts)


def texts_of(path: Sequence[str], token: Verified) -> list[str]:
    """The strings of the claim at `path`; what is no string counts for nothing."""
    value: Any = token.claims
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        is_words = len(path) == 1 and (path[0] in _SPLIT or path[0] in token.issuer.space_delimited)
        return value.split(" ") if is_words else [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []


def _holds(test: values.ClaimTest, texts: Sequence[str]) -> bool:
    met = [any(fits(pattern, text) and _says(pattern, text) for text in texts) for pattern in test.values]
    match test.quantifier:
        case values.Quantifier.ANY:
            return any(met)
        case values.Quantifier.ALL:
            return all(met)
        case values.Quantifier.NONE:
            return not any(met)


def _says(pattern: values.Pattern, text: str) -> bool:
    """Whether a claim says anything: an empty one counts as absent where presence is tested."""
    return pattern.match is not values.Match.PRESENT or text != ""


def is_any_caller(callers: Sequence[values.Caller], facts: Facts, mesh: Mesh) -> Truth:
    """Whether the request comes from one of `callers`."""
    return any_of([is_caller(caller, facts, mesh) for caller in callers])
