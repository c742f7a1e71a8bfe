from __future__ import annotations

from typing import Any

import pytest

from ztdsl.scenario.phrase import Misread, address_of, http_of, token_of
from ztdsl.traffic.request import Http, InvalidToken, Place, Token, TokenPlace


def test_a_phrase_is_a_method_and_a_path() -> None:
    """The path keeps its query; headers are gathered by lower-case name, in order."""
    http = http_of("GET /orders/7?x=1", ["X-Team: a", "x-team:b", "Accept: */*"], "orders.shop")
    assert http == Http("GET", "/orders/7?x=1", "orders.shop", {"x-team": ("a", "b"), "accept": ("*/*",)})


@pytest.mark.parametrize(
    ("phrase", "headers", "host", "path"),
    [
        ("GET https://orders.example.com:8443/a?b", [], "orders.example.com:8443", "/a?b"),
        ("GET http://orders.example.com", [], "orders.example.com", "/"),
        ("GET /a", ["Host: one.example"], "one.example", "/a"),
        ("GET /a", [":authority: one.example:80"], "one.example:80", "/a"),
        ("GET http://orders.example.com/a", ["host: two.example"], "two.example", "/a"),
        ("OPTIONS *", [], None, "*"),
    ],
)
def test_the_host_comes_from_a_header_or_the_url(phrase: str, headers: list[str], host: str | None, path: str) -> None:
    """A Host header wins over the URL's authority."""
    http = http_of(phrase, headers, None)
    assert (http.host, http.path) == (host, path)


@pytest.mark.parametrize("phrase", ["", "GET", "/orders", "G{}T /orders", "GET orders", "GET ftp://x/y"])
def test_what_is_no_request_is_misread(phrase: str) -> None:
    """A phrase without a method or with a path that does not begin with a slash is refused with advice."""
    with pytest.raises(Misread) as caught:
        http_of(phrase, [], None)
    assert caught.value.advice.startswith("write a method and a path")


@pytest.mark.parametrize("line", ["", "x-team", "x team: a", ": a"])
def test_what_is_no_header_is_misread(line: str) -> None:
    """A header has a name and a colon."""
    with pytest.raises(Misread):
        http_of("GET /", [line], None)


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"sub": "u"}, Token({"sub": "u"})),
        ({"exp": 1000}, Token({"exp": 1000})),
        ({"exp": 940}, Token({"exp": 940})),
        ({"exp": 939}, InvalidToken("it has expired")),
        ({"exp": 939.9}, InvalidToken("it has expired")),
        ({"exp": 0}, Token({"exp": 0})),
        ({"nbf": 1060}, Token({"nbf": 1060})),
        ({"nbf": 1061}, InvalidToken("it is not valid yet")),
        ({"invalid": "signed by a stranger"}, InvalidToken("signed by a stranger")),
        ({"exp": True}, InvalidToken("its `exp` is not a number of seconds")),
        ({"exp": "4000000000"}, InvalidToken("its `exp` is not a number of seconds")),
        ({"exp": None}, InvalidToken("its `exp` is not a number of seconds")),
        ({"nbf": -1}, InvalidToken("its `nbf` is not a number of seconds")),
        ({"iat": float("nan")}, InvalidToken("its `iat` is not a number of seconds")),
        ({"exp": 1e300}, InvalidToken("its `exp` is not a number of seconds")),
        ({"claims": {"exp": 939}, "in": {"param": "t"}}, InvalidToken("it has expired", TokenPlace(Place.PARAM, "t"))),
    ],
)
def test_times_of_a_token_have_a_minute_of_grace(claims: dict[str, Any], found: object) -> None:
    """A token that is over, or not yet valid, by more than a minute is a bad one."""
    assert token_of(claims, 1000.0) == found


@pytest.mark.parametrize(
    "plain",
    [{"invalid": 3}, {"invalid": "no key", "sub": "SECRET"}, {"claims": "SECRET"}, {"claims": {}, "in": {"SECRET": 1}}],
)
def test_what_describes_no_token_is_misread(plain: dict[str, Any]) -> None:
    """Half a description must not pass for claims, and nothing of it is repeated."""
    with pytest.raises(Misread) as caught:
        token_of(plain, 1000.0)
    assert "SECRET" not in caught.value.message + caught.value.advice


def test_an_address_is_one() -> None:
    """Both families are read; anything else is refused."""
    assert (address_of("10.1.2.3"), address_of("2001:db8::7")) == ("10.1.2.3", "2001:db8::7")
    for text in ("", "10.1.2.300", "10.0.0.0/8", "host"):
        with pytest.raises(Misread):
            address_of(text)
