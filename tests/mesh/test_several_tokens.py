"""Requests with several tokens: what Envoy does, where `istio.evaluate` may say that nothing defines it."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.conformance.lab import tokens
from tests.mesh import lane
from tests.mesh.small import Small
from tests.mesh.small_requests import Plain, get, policy
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import AnyToken, InvalidToken, Place, Token, TokenPlace

pytestmark = lane.only

ALLOW, DENY, UNAUTHENTICATED = Verdict.ALLOW, Verdict.DENY, Verdict.UNAUTHENTICATED
ISSUER: Final = "https://auth.example.com"
OTHER: Final = "https://login.example.org"
KEYS: Final = {"jwks": tokens.key_set()}
ADA: Final[dict[str, Any]] = {"iss": ISSUER, "sub": "ada"}
BOB: Final[dict[str, Any]] = {"iss": ISSUER, "sub": "bob"}
THEIRS: Final[dict[str, Any]] = {"iss": OTHER, "sub": "cyd"}
A, B = TokenPlace(Place.HEADER, "x-a"), TokenPlace(Place.HEADER, "x-b")
P, Q = TokenPlace(Place.PARAM, "p"), TokenPlace(Place.PARAM, "q")
C, D = TokenPlace(Place.COOKIE, "c"), TokenPlace(Place.COOKIE, "d")
EVERYWHERE: Final = {
    "fromHeaders": [{"name": "x-b"}, {"name": "x-a"}],
    "fromParams": ["q", "p"],
    "fromCookies": ["d", "c"],
}
"""Listed against the alphabet on purpose."""


def trusts(*rules: dict[str, Any]) -> Plain:
    """A RequestAuthentication of the server."""
    return policy("RequestAuthentication", "users", jwtRules=[{**KEYS, **each} for each in rules])


def lets_in(principal: str) -> Plain:
    """A policy that lets in whoever is known by that principal."""
    rule = {"from": [{"source": {"requestPrincipals": [principal]}}]}
    return policy("AuthorizationPolicy", "users", rules=[rule])


def bad(place: TokenPlace) -> InvalidToken:
    """A token that has expired."""
    return InvalidToken("expired", place)


def agree(small: Small, objects: list[Plain], cases: list[tuple[tuple[AnyToken, ...], Verdict]]) -> None:
    """See that clients meet what is expected, and that nothing else is predicted."""
    small.texts["expired"] = tokens.invalid("expired", {"iss": ISSUER})
    predicted = small.hold(*objects)
    different = []
    for carried, expected in cases:
        sending = small.prepare(get(carried=carried))
        met, _ = sending.verdict()
        if met is not expected or predicted.decide(sending.request).verdict not in {expected, Verdict.UNKNOWN}:
            different.append((carried, expected, met, predicted.decide(sending.request)))
    assert not different, "\n".join(map(str, different))
    small.agreed += len(cases)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(A, B, id="headers by the alphabet"),
        pytest.param(P, Q, id="parameters by the alphabet"),
        pytest.param(C, D, id="cookies by the alphabet"),
        pytest.param(B, P, id="a header before a parameter"),
        pytest.param(Q, C, id="a parameter before a cookie"),
    ],
)
def test_one_issuer(small: Small, first: TokenPlace, second: TokenPlace) -> None:
    """Every token must be valid, and the one in the first place counts, wherever a rule lists the places."""
    objects = [trusts({"issuer": ISSUER, **EVERYWHERE}), lets_in(f"{ISSUER}/ada")]
    cases: list[tuple[tuple[AnyToken, ...], Verdict]] = [
        ((Token(ADA, first), Token(BOB, second)), ALLOW),
        ((Token(BOB, second), Token(ADA, first)), ALLOW),
        ((Token(BOB, first), Token(ADA, second)), DENY),
        ((Token(ADA, first), bad(second)), UNAUTHENTICATED),
        ((bad(first), Token(ADA, second)), UNAUTHENTICATED),
    ]
    agree(small, objects, cases)


def test_issuers_with_places_of_their_own(small: Small) -> None:
    """One issuer's valid token is enough beside another's bad one; of two valid ones the first issuer's counts."""
    rules = [{"issuer": OTHER, "fromHeaders": [{"name": "x-b"}]}, {"issuer": ISSUER, "fromHeaders": [{"name": "x-a"}]}]
    cases: list[tuple[tuple[AnyToken, ...], Verdict]] = [
        ((Token(ADA, A), Token(THEIRS, B)), ALLOW),
        ((Token(ADA, A), bad(B)), ALLOW),
        ((bad(A), Token(THEIRS, B)), DENY),
        ((bad(A), bad(B)), UNAUTHENTICATED),
    ]
    agree(small, [trusts(*rules), lets_in(f"{ISSUER}/ada")], cases)
    cases = [((Token(ADA, A), Token(THEIRS, B)), DENY), ((bad(A), Token(THEIRS, B)), ALLOW)]
    agree(small, [trusts(*rules), lets_in(f"{OTHER}/cyd")], cases)


def test_issuers_with_the_same_places(small: Small) -> None:
    """Of two issuers' valid tokens in places that both rules search, the one in the first place counts."""
    rules = [{"issuer": ISSUER}, {"issuer": OTHER}]
    param = TokenPlace(Place.PARAM, "access_token")
    for principal, claims, others in ((f"{ISSUER}/ada", ADA, THEIRS), (f"{OTHER}/cyd", THEIRS, ADA)):
        cases: list[tuple[tuple[AnyToken, ...], Verdict]] = [
            ((Token(claims), Token(others, param)), ALLOW),
            ((Token(others), Token(claims, param)), DENY),
        ]
        agree(small, [trusts(*rules), lets_in(principal)], cases)
