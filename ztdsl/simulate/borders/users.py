"""Tokens on both sides of what a rule says of an end user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.ir import values
from ztdsl.simulate.borders.peers import spread
from ztdsl.simulate.borders.texts import close_to, like
from ztdsl.simulate.tokens import place_of
from ztdsl.traffic.request import InvalidToken, Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ztdsl.ir.model import Issuer

Claims = dict[str, Any]
_SUBJECT: Final = "somebody"
_MOST: Final = 3
_NOBODYS: Final = "https://issuer.example.org"


def met(user: values.User, issuer: Issuer) -> Token:
    """A token of `user`, as far as its tests leave one."""
    return Token(_claims(user, issuer), place_of(issuer))


def near(user: values.User, issuer: Issuer) -> Iterator[Token | InvalidToken | None]:
    """Tokens beside the border of `user`, some on its inner side; None is no token."""
    place = place_of(issuer)
    claims = _claims(user, issuer)
    yield None
    yield InvalidToken("no key verifies it", place)
    for other in _variants(user, claims, issuer):
        yield Token(other, place)


def _claims(user: values.User, issuer: Issuer) -> Claims:
    claims: Claims = {"iss": issuer.issuer, "sub": user.subjects[0] if user.subjects else _SUBJECT}
    audiences = user.audiences or issuer.audiences
    if audiences:
        claims["aud"] = [audiences[0]]
    if user.presenters:
        claims["azp"] = user.presenters[0]
    for test in user.claims:
        texts = _wanted(test)
        if texts:
            known = _get(claims, test.path)
            _put(claims, test.path, [*known, *texts] if isinstance(known, list) else texts)
    return claims


def _wanted(test: values.ClaimTest) -> list[str]:
    match test.quantifier:
        case values.Quantifier.ANY:
            return [like(test.values[0])]
        case values.Quantifier.ALL:
            return [like(each) for each in test.values]
        case values.Quantifier.NONE:
            return []


def _variants(user: values.User, claims: Claims, issuer: Issuer) -> Iterator[Claims]:
    yield claims | {"iss": _NOBODYS}
    yield {name: value for name, value in claims.items() if name != "sub"}
    yield claims | {"sub": ""}
    yield claims | {"sub": f"{claims['sub']}x"}
    yield claims | {"aud": ["somewhere-else"]}
    yield {name: value for name, value in claims.items() if name != "aud"}
    for audience in spread(issuer.audiences or (), _MOST):
        yield claims | {"aud": audience}
    for subject in spread(user.subjects, _MOST):
        yield claims | {"sub": subject}
    for presenter in spread(user.presenters, _MOST):
        yield claims | {"azp": presenter}
        yield claims | {"azp": f"{presenter}x"}
    if user.presenters:
        yield {name: value for name, value in claims.items() if name != "azp"}
    for test in user.claims:
        yield from _claim_variants(test, claims)


def _claim_variants(test: values.ClaimTest, claims: Claims) -> Iterator[Claims]:
    yield _with(claims, test.path, None)
    for pattern in spread(test.values, _MOST):
        yield _with(claims, test.path, like(pattern))
        yield _with(claims, test.path, [like(pattern), "other"])
        for text in close_to(pattern):
            yield _with(claims, test.path, text)
    yield _with(claims, test.path, " ".join(like(each) for each in test.values))
    yield _with(claims, test.path, [like(each) for each in test.values[1:]])
    yield _with(claims, test.path, 7)
    yield _with(claims, test.path, "")


def _with(claims: Mapping[str, Any], path: Sequence[str], value: object) -> Claims:
    """The claims with another value at `path`; None takes the claim away."""
    step, rest = path[0], path[1:]
    inner = claims.get(step)
    if rest:
        return {**claims, step: _with(inner if isinstance(inner, dict) else {}, rest, value)}
    if value is None:
        return {name: kept for name, kept in claims.items() if name != step}
    return {**claims, step: value}


def _get(claims: Claims, path: Sequence[str]) -> object:
    found: object = claims
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _put(claims: Claims, path: Sequence[str], value: object) -> None:
    claims[path[0]] = _with(claims, path, value)[path[0]]
