"""What the policies of a mesh test at all: what no rule asks for, no log needs to carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.evaluate.claims import bracketed, claim_path
from ztdsl.istio.kinds import AuthorizationPolicy, RequestAuthentication
from ztdsl.quick import dataclass
from ztdsl.traffic.request import Place, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ztdsl.istio.kinds import Condition, JwtRule, Manifest

_HEADERS: Final = "request.headers"
_CLAIMS: Final = "request.auth.claims"
_ADDRESSES: Final = frozenset({"source.ip", "remote.ip", "destination.ip"})


@dataclass(frozen=True, slots=True)
class Tested:
    """What is tested by any policy.

    Attributes:
        headers: names of headers, in lower case.
        claims: the outermost names of claims.
        has_addresses: whether an address is tested.
        has_server_names: whether a TLS server name is tested.
        has_tokens: whether tokens are read anywhere.
        places: where each issuer's tokens are looked for; None as the place of the Authorization header.
        unclear: issuers whose tokens are looked for in several places, of which a log does not name the one.
    """

    headers: frozenset[str]
    claims: frozenset[str]
    has_addresses: bool
    has_server_names: bool
    has_tokens: bool
    places: Mapping[str, TokenPlace | None]
    unclear: frozenset[str]


def tested(manifests: Iterable[Manifest]) -> Tested:
    """What the policies among `manifests` test."""
    kept = list(manifests)
    conditions = list(_conditions(kept))
    headers = frozenset(name for each in conditions if (name := _header(each.key)) is not None)
    claims = {name for each in conditions for name in _claim(each.key)}
    rules = [rule for each in kept if isinstance(each, RequestAuthentication) for rule in each.jwt_rules]
    claims.update(
        each.claim.partition(".")[0]
        for rule in rules
        for each in rule.output_claim_to_headers
        if each.header.lower() in headers
    )
    if any(rule.audiences for rule in rules):
        claims.add("aud")
    places: dict[str, set[TokenPlace | None]] = {}
    for rule in rules:
        places.setdefault(rule.issuer or "", set()).update(_places(rule))
    keys = {each.key for each in conditions}
    return Tested(
        headers,
        frozenset(claims),
        not keys.isdisjoint(_ADDRESSES) or any(_tests_addresses(each) for each in kept),
        "connection.sni" in keys,
        bool(rules),
        {issuer: next(iter(found)) for issuer, found in places.items() if len(found) == 1},
        frozenset(issuer for issuer, found in places.items() if len(found) > 1),
    )


def _conditions(manifests: Iterable[Manifest]) -> Iterator[Condition]:
    for each in manifests:
        if isinstance(each, AuthorizationPolicy):
            for rule in each.rules:
                yield from rule.conditions


def _header(key: str) -> str | None:
    if not key.startswith(_HEADERS):
        return None
    try:
        return bracketed(key.removeprefix(_HEADERS)).lower()
    except ValueError:
        return None


def _claim(key: str) -> tuple[str, ...]:
    if key == "request.auth.audiences":
        return ("aud",)
    if key == "request.auth.presenter":
        return ("azp",)
    try:
        return claim_path(key.removeprefix(_CLAIMS))[:1] if key.startswith(_CLAIMS) else ()
    except ValueError:
        return ()


def _tests_addresses(manifest: Manifest) -> bool:
    if not isinstance(manifest, AuthorizationPolicy):
        return False
    sources = [source for rule in manifest.rules for source in rule.sources]
    return any(
        (each.ip_blocks, each.not_ip_blocks, each.remote_ip_blocks, each.not_remote_ip_blocks) != ((), (), (), ())
        for each in sources
    )


def _places(rule: JwtRule) -> set[TokenPlace | None]:
    """Where the rule looks; in Istio's default places the header comes first, and the parameter is hardly used."""
    named: set[TokenPlace | None] = {
        *(TokenPlace(Place.HEADER, each.name.lower()) for each in rule.from_headers),
        *(TokenPlace(Place.PARAM, name) for name in rule.from_params),
        *(TokenPlace(Place.COOKIE, name) for name in rule.from_cookies),
    }
    return named or {None}
