"""Tokens at a workload: which counts, which turn a request away, and what they prove."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.simulate.asked import api, auth, decided, frontend, metrics, model_of, orders, token, verdict
from ztdsl import (
    Anyone,
    AnyRequest,
    Claim,
    EndUser,
    Header,
    Http,
    Issuer,
    Prefix,
    Present,
    Rule,
    TokenHeader,
    allow,
)
from ztdsl.traffic.request import AnyToken, InvalidToken, Place, Token, TokenPlace

EVERY = AnyRequest()
scope, groups, nested = Claim("scope", str), Claim("groups", list[str]), Claim(["realm", "roles"], list[str])
staff = Issuer(
    "staff",
    jwks_uri="https://staff.example.com/jwks.json",
    audiences=["shop"],
    claims=[scope, groups, nested],
    from_headers=[TokenHeader("x-token")],
    from_params=["t"],
    from_cookies=["session"],
    claim_headers={"x-scope": scope},
)


def _users(user: EndUser) -> Rule:
    return allow(user, to=orders.at(api), http=EVERY, because="users")


def _is_let_in(user: EndUser, **claims: Any) -> bool:
    return verdict(model_of(_users(user)), tokens=[token(**claims)]) == "allow"


BOTH = model_of(
    _users(EndUser(auth)), allow(frontend, to=orders.at(api), http=Http(methods=["GET"]), because="the frontend reads")
)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (InvalidToken("expired"), ("unauthenticated", 401)),
        (Token({"iss": "https://other.example.com", "sub": "u1", "aud": "shop"}), ("unauthenticated", 401)),
        (Token({"sub": "u1"}), ("unauthenticated", 401)),
        (token(aud="elsewhere"), ("unauthenticated", 403)),
        (Token({"iss": auth.issuer, "sub": "u1"}), ("unauthenticated", 403)),
        (token(sub=7), ("unauthenticated", 401)),
        (token(aud=["shop", 1]), ("unauthenticated", 401)),
        (token(aud=["other", "https://shop/"]), ("allow", 200)),
        (token(), ("allow", 200)),
    ],
)
def test_a_bad_token_turns_the_request_away(sent: AnyToken, expected: tuple[str, int]) -> None:
    """A token that no issuer accepts is refused before any rule, also one that would have let the peer in."""
    answer = decided(BOTH, tokens=[sent])
    assert (answer.verdict.value, answer.status) == expected


def test_tokens_count_only_where_they_are_read() -> None:
    """At a workload without end users, and in places where no issuer looks, a token is nothing."""
    broken = InvalidToken("expired", TokenPlace(Place.HEADER, "x-other"))
    assert verdict(BOTH, tokens=[broken]) == "allow"
    plain = model_of(allow(frontend, to=orders.at(api), http=EVERY, because="the frontend"))
    assert verdict(plain, tokens=[InvalidToken("expired")]) == "allow"


def test_two_tokens_are_undefined() -> None:
    """Which of several tokens counts is not known."""
    param = Token(token().claims, TokenPlace(Place.PARAM, "access_token"))
    assert verdict(BOTH, tokens=[token(), param]) == "unknown"


def test_a_preflight_is_not_asked_for_its_token() -> None:
    """A CORS preflight passes the filter of tokens with none, whatever it carries."""
    headers = {"origin": ("https://shop.example.com",), "access-control-request-method": ("GET",)}
    asked = {"method": "OPTIONS", "tokens": [InvalidToken("expired")]}
    assert verdict(BOTH, headers=headers, **asked) == "deny"
    assert verdict(BOTH, **asked) == "unauthenticated"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (None, "deny"),
        (TokenPlace(Place.HEADER, "x-token"), "allow"),
        (TokenPlace(Place.HEADER, "authorization"), "deny"),
        (TokenPlace(Place.PARAM, "t"), "allow"),
        (TokenPlace(Place.PARAM, "access_token"), "deny"),
        (TokenPlace(Place.COOKIE, "session"), "allow"),
    ],
)
def test_an_issuer_looks_where_it_is_told(place: TokenPlace | None, expected: str) -> None:
    """Places of its own replace the usual ones."""
    model = model_of(_users(EndUser(staff)))
    sent = Token({"iss": "staff", "sub": "u1", "aud": "shop"}, place)
    assert verdict(model, tokens=[sent]) == expected


def test_a_bearer_in_a_header_that_is_a_token_whole_is_broken() -> None:
    """Without a prefix the whole header is read as the token."""
    whole = Issuer(
        "whole",
        jwks_uri="https://whole.example.com/jwks.json",
        audiences=["shop"],
        from_headers=[TokenHeader("Authorization")],
    )
    model = model_of(_users(EndUser(whole)))
    assert verdict(model, tokens=[Token({"iss": "whole", "sub": "u1", "aud": "shop"})]) == "unauthenticated"


def test_an_end_user_is_what_all_its_parts_say() -> None:
    """Subject, audience and presenter must hold, and a token without a subject proves nobody."""
    user = EndUser(auth, audience="back", subject=["u1", "tenant/u2"], presenter="portal")
    good = {"aud": ["shop", "back"], "azp": "portal"}
    assert _is_let_in(user, **good)
    assert _is_let_in(user, **good, sub="tenant/u2")
    for bad in ({"sub": "u3"}, {"sub": ""}, {"aud": "shop"}, {"azp": "other"}):
        assert not _is_let_in(user, **{**good, **bad})


def test_claims_are_tested_as_texts() -> None:
    """Strings and lists of strings count; `scope` is a list of words; numbers are nothing."""
    issuer = Issuer("c", jwks_uri="https://c.example.com/jwks.json", audiences=["shop"], claims=[scope, groups, nested])

    def held(test: Any, **claims: Any) -> bool:
        model = model_of(_users(EndUser(issuer, where=[test])))
        return verdict(model, tokens=[Token({"iss": "c", "sub": "u1", "aud": "shop", **claims})]) == "allow"

    assert held(scope.has_all("read", "write"), scope="write read")
    assert not held(scope.has_all("read", "write"), scope="read")
    assert held(groups.is_in("dev", Prefix("net-")), groups=["x", "net-ops"])
    assert not held(groups.is_in("dev"), groups="dev ops")
    assert held(nested.is_in("a"), realm={"roles": ["a"]})
    assert not held(nested.is_in("a"), realm="a")
    assert held(nested.is_not_in("banned"))
    assert not held(nested.is_not_in("banned"), realm={"roles": ["a", "banned"]})
    assert held(groups.is_present(), groups=["x"])
    for value in ("", [], [""], 7, [7]):
        assert not held(groups.is_present(), groups=value)


def test_of_what_another_issuer_fills_the_version_of_the_proxy_decides() -> None:
    """A preflight passes the filter by, and the accepted token's issuer may be asked before the other one."""
    there = Http(headers=[Header("x-scope", any_of=[Present()])])
    model = model_of(
        _users(EndUser(staff)),
        _users(EndUser(auth, subject="nobody")),
        allow(Anyone(), to=orders.at(api), http=there, because="with a scope"),
    )
    forged = {"x-scope": ("admin",)}
    assert verdict(model, headers=forged) == "deny"
    assert verdict(model, headers=forged, tokens=[token()]) == "unknown"
    assert verdict(model, tokens=[token()]) == "deny"
    preflight = {"origin": ("https://shop.example.com",), "access-control-request-method": ("GET",)}
    assert verdict(model, method="OPTIONS", headers=forged | preflight) == "unknown"
    assert verdict(model, method="OPTIONS", headers=preflight) == "deny"


def test_a_token_takes_and_fills_headers() -> None:
    """What a token fills is never the client's, and a header that carried it is gone."""
    there = Http(headers=[Header("x-scope", any_of=[Present()])])
    filled = model_of(_users(EndUser(staff)), allow(Anyone(), to=orders.at(api), http=there, because="with a scope"))
    assert verdict(filled, headers={"x-scope": ("admin",)}) == "deny"
    bearing = Http(headers=[Header("authorization", any_of=[Present()])])
    taken = model_of(
        _users(EndUser(auth, subject="u2")), allow(frontend, to=orders.at(api), http=bearing, because="with a token")
    )
    assert verdict(taken, tokens=[token()]) == "deny"
    plain = model_of(allow(Anyone(), to=orders.at(metrics), http=bearing, because="with a token"))
    assert verdict(plain, port=9100, tokens=[token()]) == "unknown"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"headers": {"authorization": ("Bearer x.y.z",)}}, "unknown"),
        ({"headers": {"authorization": ("Basic eDp5",)}}, "allow"),
        ({"headers": {"x-token": ("x.y.z",)}}, "unknown"),
        ({"headers": {"cookie": ("a=b; session=x.y.z",)}}, "unknown"),
        ({"path": "/?a=b&access_token=x.y.z"}, "unknown"),
        ({"path": "/?t=x.y.z"}, "unknown"),
        ({"path": "/?a=b", "headers": {"cookie": ("a=b",)}}, "allow"),
    ],
)
def test_the_text_of_a_token_tells_nothing(asked: dict[str, Any], expected: str) -> None:
    """A token that is written out where tokens are read leaves the verdict open: nobody has verified it."""
    everyone = allow(frontend, to=orders.at(api), http=EVERY, because="the frontend")
    assert verdict(model_of(_users(EndUser(auth)), _users(EndUser(staff)), everyone), **asked) == expected
