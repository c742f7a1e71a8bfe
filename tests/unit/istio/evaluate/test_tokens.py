from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from ztdsl.istio.evaluate import token_rule
from ztdsl.istio.evaluate.tokens import Outcome, TokenReader, TokenResult
from ztdsl.istio.kinds import JwtRule, Meta, RequestAuthentication, TokenHeader
from ztdsl.traffic.decision import Decider
from ztdsl.traffic.request import (
    AnyToken,
    Chain,
    Destination,
    Http,
    InvalidToken,
    Place,
    Request,
    Tls,
    Token,
    TokenPlace,
)

A = "https://a.example.com"
B = "https://b.example.com"
BAD = InvalidToken("expired")


def rules(*given: JwtRule) -> TokenReader:
    """A reader of one RequestAuthentication for each rule."""
    return TokenReader(
        [RequestAuthentication(Meta(f"t{i}", "shop", ()), None, (), (rule,)) for i, rule in enumerate(given)]
    )


def ask(
    *tokens: AnyToken, method: str = "GET", path: str = "/", headers: Mapping[str, tuple[str, ...]] | None = None
) -> Request:
    """A request with tokens."""
    http = Http(method, path, None, headers or {})
    return Request(Destination("shop", {}, 8080, Chain.HTTP), None, Tls.NONE, http=http, tokens=tokens)


def token(issuer: str | None = A, place: TokenPlace | None = None, **claims: Any) -> Token:
    """A token of an issuer."""
    return Token(({} if issuer is None else {"iss": issuer}) | {"sub": "u1"} | claims, place)


def said(result: TokenResult) -> int | str:
    """The status of a refusal, or the outcome."""
    return result.status if result.status is not None else result.outcome.value


ONE = JwtRule(A)


@pytest.mark.parametrize(
    ("given", "asked", "expected"),
    [
        ((ONE,), ask(), "passed"),
        ((ONE,), ask(token()), "passed"),
        ((ONE,), ask(token(B)), 401),
        ((ONE,), ask(token(None)), 401),
        ((ONE,), ask(BAD), 401),
        ((), ask(BAD), "passed"),
        ((JwtRule(None),), ask(token(B)), "passed"),
        ((JwtRule(A, ("orders",)),), ask(token(aud="carts")), 403),
        ((JwtRule(A, ("orders",)),), ask(token()), 403),
        ((JwtRule(A, ("orders",)),), ask(token(B, aud="carts")), 401),
        ((JwtRule(A, ("orders",)),), ask(BAD), 401),
        # Two issuers.
        ((ONE, JwtRule(B)), ask(token(B)), "passed"),
        ((ONE, JwtRule(B)), ask(token("https://c.example.com")), 401),
        ((ONE, JwtRule(B)), ask(BAD), 401),
        ((JwtRule(A, ("orders",)), JwtRule(B)), ask(token(aud="carts")), 403),
        ((JwtRule(A), JwtRule(B, ("orders",))), ask(token(B, aud="carts")), 403),
        ((JwtRule(A, ("x",)), JwtRule(A, ("y",))), ask(token(aud="y")), "passed"),
        ((JwtRule(A, ("x",)), JwtRule(A, ("y",))), ask(token(aud="z")), 403),
    ],
)
def test_a_token_passes_where_a_rule_accepts_its_issuer_and_audience(
    given: tuple[JwtRule, ...], asked: Request, expected: int | str
) -> None:
    """One without a token passes, a bad one is refused; 403 is for other audiences alone."""
    assert said(rules(*given).read(asked)) == expected


@pytest.mark.parametrize(
    ("wanted", "given", "passes"),
    [
        ("x", "x", True),
        ("x", "x/", True),
        ("x", "https://x", True),
        ("http://x/", "x", True),
        ("https://x", "http://x/", True),
        ("x", "x//", False),
        ("x", "X", False),
        ("x", ["y", "x/"], True),
        ("x", ["y"], False),
        ("x", [], False),
        ("x", "", False),
        ("https://", "/", True),
    ],
)
def test_audiences_are_compared_without_scheme_and_last_slash(wanted: str, given: Any, passes: bool) -> None:
    """On both sides."""
    assert said(rules(JwtRule(A, (wanted,))).read(ask(token(aud=given)))) == ("passed" if passes else 403)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": 7},
        {"iss": ["x"]},
        {"aud": None},
        {"aud": ["x", 1]},
        {"aud": {"x": 1}},
        {"jti": 1},
        {"exp": "tomorrow"},
        {"nbf": True},
        {"iat": None},
    ],
)
def test_a_registered_claim_of_another_type_makes_a_token_none(claims: dict[str, Any]) -> None:
    """Whoever signed it."""
    found = rules(ONE).read(ask(token(**claims)))
    assert (found.status, found.reason) == (401, "the token is not valid")


def at(kind: str, name: str) -> TokenPlace:
    """A place."""
    return TokenPlace(Place(kind), name)


HEADER = JwtRule(A, from_headers=(TokenHeader("X-Token", "JWT "),))
PLACES = {
    "bearer": None,
    "authorization": at("header", "authorization"),
    "x-token": at("header", "x-token"),
    "access_token": at("param", "access_token"),
    "token": at("param", "token"),
    "session": at("cookie", "session"),
}


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        (ONE, {"bearer", "authorization", "access_token"}),
        (HEADER, {"x-token"}),
        (JwtRule(A, from_params=("token",)), {"token"}),
        (JwtRule(A, from_cookies=("session",)), {"session"}),
        (JwtRule(A, from_headers=(TokenHeader("Authorization", "Bearer"),)), {"bearer", "authorization"}),
        (JwtRule(A, from_headers=(TokenHeader("authorization", "JWT "),)), {"authorization"}),
    ],
)
def test_a_rule_looks_at_its_own_places(rule: JwtRule, seen: set[str]) -> None:
    """The usual two unless it names others; a token elsewhere is not looked at."""
    reader = rules(rule)
    accepted = {name for name, place in PLACES.items() if reader.read(ask(token(place=place))).claims is not None}
    refused = {name for name, place in PLACES.items() if said(reader.read(ask(InvalidToken("x", place)))) == 401}
    assert accepted == refused == seen


@pytest.mark.parametrize("prefix", ["", "B", "ea"])
def test_a_prefix_that_leaves_more_than_the_token_finds_no_token(prefix: str) -> None:
    """What stands before it is taken for it."""
    rule = JwtRule(A, from_headers=(TokenHeader("authorization", prefix),))
    assert said(rules(rule).read(ask(token()))) == 401


def test_a_header_with_different_prefixes_is_not_guessed() -> None:
    """The place of a token does not say what stands before it."""
    other = JwtRule(B, from_headers=(TokenHeader("x-token", "Token "),))
    found = rules(HEADER, other).read(ask(token(place=at("header", "x-token"))))
    assert found.outcome is Outcome.UNKNOWN
    assert "x-token" in (found.reason or "")


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ((token(aud="x"), token(aud="x")), "unknown"),
        ((token(aud="x"), BAD), "unknown"),
        ((BAD, InvalidToken("x", at("param", "access_token"))), 401),
        ((BAD, token(B, at("param", "access_token"))), 401),
        ((token(aud="z"), token(place=at("param", "access_token"), aud="y")), 403),
        ((token(aud="z"), InvalidToken("x", at("param", "access_token"))), "unknown"),
        ((token(aud="x"), token(place=at("header", "x-other"))), "passed"),
        ((token(aud="x"), InvalidToken("x", at("cookie", "other"))), "passed"),
    ],
)
def test_of_several_tokens_only_a_certain_refusal_is_known(tokens: tuple[AnyToken, ...], expected: int | str) -> None:
    """Tokens that no rule looks at do not count."""
    assert said(rules(JwtRule(A, ("x",))).read(ask(*tokens))) == expected


def signed(header: object, claims: object, signature: str = "c2ln") -> str:
    """A text in the form of a token."""
    parts = (urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in (header, claims))
    return ".".join((*parts, signature))


TEXT = signed({"alg": "RS256"}, {"iss": A})
EVERYWHERE = JwtRule(
    A, from_headers=(TokenHeader("x-token", "JWT "), TokenHeader("x-bare")), from_params=("t",), from_cookies=("c",)
)


@pytest.mark.parametrize(
    ("rule", "path", "headers", "expected"),
    [
        (ONE, "/", {"authorization": ("Basic x",)}, "passed"),
        (ONE, "/", {"authorization": ("bearer x",)}, "passed"),
        (ONE, "/", {"authorization": ("Bearer",)}, "passed"),
        (ONE, "/", {"authorization": ("Bearer ",)}, "passed"),
        (ONE, "/", {"authorization": ("",)}, "passed"),
        (ONE, "/", {"authorization": ("Bearer x",)}, 401),
        (ONE, "/", {"authorization": ("x Bearer x",)}, 401),
        (ONE, "/", {"authorization": ("Bearer !",)}, 401),
        (ONE, "/", {"authorization": ("Bearer a.b.c",)}, 401),
        (ONE, "/", {"authorization": (f"Bearer {TEXT}",)}, "unknown"),
        (ONE, "/", {"authorization": (f"Bearer {TEXT}", "Bearer x")}, 401),
        (ONE, "/", {"authorization": (f"Bearer {TEXT}.x",)}, 401),
        (ONE, "/", {"authorization": (f"Bearer {signed({}, {}, '')}",)}, 401),
        (ONE, "/", {"authorization": (f"Bearer {signed([], {})}",)}, 401),
        (ONE, "/?access_token=x", {}, 401),
        (ONE, "/?access_token", {}, 401),
        (ONE, "/?x&access%5Ftoken=x", {}, 401),
        (ONE, f"/?access_token={TEXT}", {}, "unknown"),
        (ONE, f"/?access_token=x&access_token={TEXT}", {}, 401),
        (ONE, "/?token=x", {}, "passed"),
        (ONE, "/", {"x-token": ("x",)}, "passed"),
        (EVERYWHERE, "/", {"x-token": ("x",)}, "passed"),
        (EVERYWHERE, "/", {"x-token": ("JWT x",)}, 401),
        (EVERYWHERE, "/", {"x-bare": (TEXT,)}, "unknown"),
        (EVERYWHERE, "/", {"x-bare": ("",)}, 401),
        (EVERYWHERE, "/", {"cookie": ("a=b; c=x",)}, 401),
        (EVERYWHERE, "/", {"cookie": (f'a=b; c="{TEXT}"',)}, "unknown"),
        (EVERYWHERE, "/", {"cookie": ("a=b", "cc=x")}, "passed"),
        (EVERYWHERE, "/?t=x", {}, 401),
        (EVERYWHERE, "/?tt=x#?t=x", {}, "passed"),
    ],
)
def test_text_where_a_token_belongs_is_a_token(
    rule: JwtRule, path: str, headers: dict[str, tuple[str, ...]], expected: int | str
) -> None:
    """What has not a token's form is refused; of what has, the claims and the signature are not known."""
    assert said(rules(rule).read(ask(path=path, headers=headers))) == expected


def test_text_of_a_token_that_is_described_is_passed_over() -> None:
    """Text elsewhere is one more token."""
    headers = {"authorization": ("Bearer x",)}
    assert said(rules(ONE).read(ask(token(), headers=headers))) == "passed"
    assert said(rules(ONE).read(ask(token(), path="/?access_token=x", headers=headers))) == "unknown"


def test_text_in_one_of_two_places_is_refused_for_the_rule_that_looks_there() -> None:
    """The other rule finds nothing, which accepts nothing."""
    assert said(rules(ONE, HEADER).read(ask(headers={"x-token": ("JWT x",)}))) == 401


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("OPTIONS", {"origin": ("https://x",), "access-control-request-method": ("GET",)}, "passed"),
        ("OPTIONS", {"origin": ("https://x",)}, 401),
        ("OPTIONS", {"origin": ("",), "access-control-request-method": ("GET",)}, 401),
        ("OPTIONS", {}, 401),
        ("GET", {"origin": ("https://x",), "access-control-request-method": ("GET",)}, 401),
    ],
)
def test_a_preflight_passes_without_its_token(
    method: str, headers: dict[str, tuple[str, ...]], expected: int | str
) -> None:
    """Its claims are not seen then."""
    found = rules(ONE).read(ask(BAD, method=method, headers=headers))
    assert (said(found), found.claims) == (expected, None)


def test_claims_are_split_at_spaces_where_the_rule_says_so() -> None:
    """Two always, of the top level only, texts only; the token stays as it was."""
    given = token(scope="read  write", permission="x", roles="a b", other="a b", nested={"scope": "a b"})
    found = rules(JwtRule(A, space_delimited_claims=("roles",))).read(ask(given)).claims
    assert found == {
        "iss": A,
        "sub": "u1",
        "scope": ["read", "", "write"],
        "permission": ["x"],
        "roles": ["a", "b"],
        "other": "a b",
        "nested": {"scope": "a b"},
    }
    assert given.claims["scope"] == "read  write"


def test_the_claims_are_split_by_the_rule_that_accepts_first() -> None:
    """Rules are in the order of their issuers."""
    reader = rules(JwtRule(A, ("x",), space_delimited_claims=("a",)), JwtRule(A, space_delimited_claims=("b",)))
    claims = reader.read(ask(token(a="1 2", b="1 2", aud="y"))).claims or {}
    assert (claims["a"], claims["b"]) == ("1 2", ["1", "2"])


@pytest.mark.parametrize(
    ("given", "asked", "decider"),
    [
        ((ONE,), ask(BAD), "t0"),
        ((ONE, JwtRule(B)), ask(BAD), None),
        ((ONE, HEADER), ask(BAD), "t0"),
        ((JwtRule(B), JwtRule(A, ("x",))), ask(token()), "t1"),
        ((ONE,), ask(token(B)), None),
    ],
)
def test_the_object_that_refuses_is_named_where_it_is_known(
    given: tuple[JwtRule, ...], asked: Request, decider: str | None
) -> None:
    """Whose issuer a token that cannot be read has is not known, and one of no issuer is nobody's."""
    found = rules(*given).read(asked).decided_by
    assert found == (None if decider is None else Decider("RequestAuthentication", "shop", decider))


def test_a_connection_has_no_tokens() -> None:
    """Only requests are read."""
    connection = Request(Destination("shop", {}, 8080, Chain.HTTP), None, Tls.NONE, tokens=(BAD,))
    assert rules(ONE).read(connection).outcome is Outcome.PASSED


def test_no_reason_repeats_what_the_sender_says() -> None:
    """It may be a token's text."""
    for asked in (
        ask(InvalidToken("secret")),
        ask(token("secret")),
        ask(headers={"authorization": ("Bearer secret",)}),
    ):
        assert "secret" not in (rules(ONE).read(asked).reason or "")


def test_a_token_is_judged_once_and_never_for_another() -> None:
    """The judgement of an object that is gone is not that of one with its id; memory is bounded."""
    reader = rules(JwtRule(A, ("orders",)))
    for index in range(3 * token_rule._MOST_KEPT):
        audience = "orders" if index % 2 else "carts"
        assert said(reader.read(ask(token(aud=audience)))) == ("passed" if index % 2 else 403)
    kept = ask(token(aud="orders", scope="a b"))
    first, second = reader.read(kept), reader.read(kept)
    assert first.claims is second.claims
    assert first.claims == {"iss": A, "sub": "u1", "aud": "orders", "scope": ["a", "b"]}
    assert kept.tokens[0] == token(aud="orders", scope="a b")
    assert all(len(rule._judged) <= token_rule._MOST_KEPT for rule in reader._rules)
