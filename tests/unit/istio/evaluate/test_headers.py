"""What the filter of tokens does to headers, and what a request leaves unsaid of those that carry tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.unit.istio.evaluate.cases import NAMESPACE, decide, policy, request, tokens, verdict, when
from ztdsl.istio.kinds import ClaimToHeader, JwtRule, Meta, RequestAuthentication, TokenHeader
from ztdsl.traffic.request import Place, Request, Token, TokenPlace

A, B, C = (f"https://{name}.example.com" for name in "abc")
PREFLIGHT = {"origin": ["https://shop.example.com"], "access-control-request-method": ["GET"]}
SIGNED = {"iss": A, "sub": "u1"}


def issuer(name: str, header: str, claim: str = "sub", **more: Any) -> JwtRule:
    """A rule that writes one claim to one header."""
    return JwtRule(issuer=name, jwks="{}", output_claim_to_headers=(ClaimToHeader(header, claim),), **more)


def of_all(*rules: JwtRule) -> RequestAuthentication:
    """One object with every rule."""
    return RequestAuthentication(Meta("tokens", NAMESPACE, ()), None, (), rules)


def asked_by(name: str | None, headers: Mapping[str, Sequence[str]], method: str = "GET") -> Request:
    """A request with a token of an issuer."""
    return request(method, headers=headers, token=None if name is None else Token({"iss": name, "sub": "u1"}))


THREE = of_all(issuer(B, "x-b"), issuer(C, "x-c"), issuer(A, "x-a"))
FORGED = {"x-a": ["forged"], "x-b": ["forged"], "x-c": ["forged"]}


@pytest.mark.parametrize(
    ("signer", "header", "value", "expected"),
    [
        (None, "x-a", "forged", "deny"),
        (None, "x-c", "forged", "deny"),
        (A, "x-a", "u1", "allow"),
        (A, "x-a", "forged", "deny"),
        (A, "x-b", "forged", "unknown"),
        (A, "x-c", "forged", "unknown"),
        (B, "x-a", "*", "deny"),
        (B, "x-b", "u1", "allow"),
        (B, "x-c", "forged", "unknown"),
        (C, "x-a", "*", "deny"),
        (C, "x-b", "*", "deny"),
        (C, "x-c", "u1", "allow"),
    ],
)
def test_rules_remove_their_headers_until_one_accepts(
    signer: str | None, header: str, value: str, expected: str
) -> None:
    """In the order of issuers; of the rules behind it, the version of Envoy decides."""
    allow = policy("ALLOW", when(f"request.headers[{header}]", value))
    decision = decide([allow, THREE], asked_by(signer, FORGED))
    assert decision.verdict.value == expected
    assert ("version of Envoy" in (decision.reason or "")) is (expected == "unknown")


def test_a_header_that_was_not_sent_is_absent_in_every_version() -> None:
    """Nothing is there to remove."""
    allow = policy("ALLOW", when("request.headers[x-c]", absent=("*",)))
    assert verdict([allow, THREE], asked_by(A, {})) == "allow"
    assert verdict([allow, THREE], asked_by(None, PREFLIGHT, "OPTIONS")) == "allow"


def test_a_header_of_two_issuers_is_the_accepted_one_s() -> None:
    """The other's claim does not count."""
    both = of_all(issuer(A, "x-s"), issuer(B, "X-S", "other"))
    for name, value in ((A, "u1"), (B, "o")):
        asked = request(headers={"x-s": ["forged"]}, token=Token({"iss": name, "sub": "u1", "other": "o"}))
        allow = policy("ALLOW", when("request.headers[x-s]", value))
        assert verdict([allow, both], asked) == "allow"
        assert verdict([policy("ALLOW", when("request.headers[x-s]", "forged")), both], asked) == "deny"


def test_two_claims_in_one_header_are_two_lines() -> None:
    """Each is compared by itself."""
    rule = tokens(issuer=A, output_claim_to_headers=(ClaimToHeader("x-n", "sub"), ClaimToHeader("X-N", "o")))
    for value, expected in (("u1", "allow"), ("o", "allow"), ("u1,o", "deny")):
        allow = policy("ALLOW", when("request.headers[x-n]", value))
        assert verdict([allow, rule], request(token=Token(SIGNED | {"o": "o"}))) == expected


def test_a_preflight_s_headers_are_removed_in_some_versions_only() -> None:
    """The filter is passed over, and what came under the name of a claim may stay."""
    allow = policy("ALLOW", when("request.headers[x-a]", "forged"))
    assert verdict([allow, THREE], asked_by(None, {**FORGED, **PREFLIGHT}, "OPTIONS")) == "unknown"
    assert verdict([allow, THREE], asked_by(B, {**FORGED, **PREFLIGHT}, "OPTIONS")) == "unknown"
    assert verdict([allow, THREE], asked_by(None, FORGED, "OPTIONS")) == "deny"


def test_only_the_accepting_rule_says_whether_the_token_stays() -> None:
    """Whatever the others forward."""
    rules = of_all(JwtRule(A, jwks="{}", forward_original_token=True), JwtRule(B, jwks="{}"))
    allow = policy("ALLOW", when("request.headers[authorization]", "*"))
    assert verdict([allow, rules], asked_by(A, {})) == "allow"
    assert verdict([allow, rules], asked_by(B, {})) == "deny"


def test_a_header_that_is_a_token_to_one_rule_and_a_claim_to_another_is_not_guessed() -> None:
    """It may be removed before the token in it is read."""
    odd = of_all(issuer(A, "x-token"), JwtRule(B, jwks="{}", from_headers=(TokenHeader("X-Token", ""),)))
    assert verdict([odd], request(token=Token({"iss": B}, TokenPlace(Place.HEADER, "x-token")))) == "unknown"
    assert verdict([odd], request(headers={"x-token": ["x"]})) == "unknown"
    assert verdict([odd], request(token=Token({"iss": A}))) == "allow"


@pytest.mark.parametrize(
    ("claim", "value", "expected"),
    [
        (7, "7", "allow"),
        (0, "0", "allow"),
        (3.0, "3", "allow"),
        (2**53 - 1, "9007199254740991", "allow"),
        (2**53, "9007199254740992", "unknown"),
        (2**70, "*", "unknown"),
        (-1, "-1", "unknown"),
        (1.5, "1.5", "unknown"),
        (float("inf"), "*", "unknown"),
        ("", "*", "deny"),
        (" a", " a", "allow"),
        ("a\n", "*", "unknown"),
        (None, "*", "deny"),
        ({"a": 1}, "*", "unknown"),
    ],
)
def test_numbers_are_known_as_far_as_doubles_are_whole(claim: object, value: str, expected: str) -> None:
    """Envoy writes other numbers in a way of its own."""
    rule = tokens(issuer=A, output_claim_to_headers=(ClaimToHeader("x-n", "n"),))
    allow = policy("ALLOW", when("request.headers[x-n]", value))
    assert verdict([allow, rule], request(token=Token(SIGNED | {"n": claim}))) == expected


def at(place: Place, name: str, path: str = "/a", **headers: Sequence[str]) -> Request:
    """A request whose token stands at a place of its own."""
    asked = request(path=path, headers=headers)
    return Request(asked.to, asked.peer, asked.tls, http=asked.http, tokens=(Token(SIGNED, TokenPlace(place, name)),))


@pytest.mark.parametrize(
    ("asked", "name", "value", "expected"),
    [
        (at(Place.HEADER, "x-token"), "x-token", "*", "allow"),
        (at(Place.HEADER, "x-token"), "x-token", "a", "unknown"),
        (at(Place.COOKIE, "s"), "cookie", "*", "allow"),
        (at(Place.COOKIE, "s"), "cookie", "s=x", "unknown"),
        (at(Place.COOKIE, "s", cookie=["a=b"]), "cookie", "a=b", "unknown"),
        (at(Place.COOKIE, "s", cookie=["a=b; s=x"]), "cookie", "a=b; s=x", "allow"),
        (at(Place.PARAM, "t"), ":path", "/a", "deny"),
        (at(Place.PARAM, "t"), ":path", "/a*", "allow"),
        (at(Place.PARAM, "t"), ":path", "/a?x=1", "unknown"),
        (at(Place.PARAM, "t", "/a?x=1"), ":path", "/a?x=1", "unknown"),
        (at(Place.PARAM, "t", "/a?t=x"), ":path", "/a?t=x", "allow"),
        (at(Place.PARAM, "t", "/a?t=x"), ":path", "/b*", "deny"),
        (request(token=Token(SIGNED)), "authorization", "Bearer x", "unknown"),
        (request(token=Token(SIGNED), headers={"authorization": ["Bearer x"]}), "authorization", "Bearer x", "allow"),
        (request(token=Token(SIGNED)), "cookie", "*", "deny"),
    ],
)
def test_what_carries_a_token_and_is_not_listed_is_there(asked: Request, name: str, value: str, expected: str) -> None:
    """What it holds is not known."""
    assert verdict([policy("ALLOW", when(f"request.headers[{name}]", value))], asked) == expected


@pytest.mark.parametrize(
    ("forwards", "value", "expected"),
    [(True, "/a", "deny"), (False, "/a", "unknown"), (False, "/a*", "allow"), (False, "/b*", "deny")],
)
def test_a_token_that_is_taken_leaves_another_query(forwards: bool, value: str, expected: str) -> None:
    """Envoy writes the rest of the query anew."""
    rule = tokens(issuer=A, from_params=("t",), forward_original_token=forwards)
    allow = policy("ALLOW", when("request.headers[:path]", value))
    assert verdict([allow, rule], at(Place.PARAM, "t")) == expected


@pytest.mark.parametrize("forwards", [True, False])
def test_a_cookie_stays(forwards: bool) -> None:
    """Envoy takes tokens out of headers and queries alone."""
    rule = tokens(issuer=A, from_cookies=("s",), forward_original_token=forwards)
    allow = policy("ALLOW", when("request.headers[cookie]", "*"))
    assert verdict([allow, rule], at(Place.COOKIE, "s")) == "allow"


def test_two_tokens_in_one_header_are_not_guessed() -> None:
    """Neither its lines nor how many there are is known."""
    asked = request()
    twice = Request(asked.to, asked.peer, asked.tls, http=asked.http, tokens=(Token(SIGNED), Token(SIGNED)))
    assert verdict([policy("ALLOW", when("request.headers[authorization]", "*"))], twice) == "unknown"
