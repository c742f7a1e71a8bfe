"""Random requests, whose values often meet those of the random policies and often just miss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.conformance.fuzz.dice import SUBJECTS, Dice
from tests.conformance.topics.shape import ISSUER, OTHER_ISSUER, Plain, Workload, connect, get

_ASKED_PATHS: Final = (
    *("/", "/a", "/a/", "/a/b", "/ab", "/a/b/c", "/b", "/A", "/a?x=/b", "//a", "/a//b", "/a/./b", "/b/../a"),
    *("/a%2fb", "/a%2Fb", "/%61", "/a%5cb", "/a\\b", "/a/%2e%2e/b", "/a/b/../c", "/a;x/b", "/a#b", "/a*b"),
    *("/x/b", "/a/b/c/d", "/a///b", "/../b", "/a/%2e/b", "/a%252fb"),
)
_ASKED_HOSTS: Final = ("a", "a.b", "A.b", "a.b:80", "x.a.b", "b", "a.", "ab")
_ASKED_METHODS: Final = ("GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")
_ASKED_WORDS: Final = ("a", "b", "ab", "ba", "", "a b", "A", "a,b", "bab", " a")
_SOURCES: Final = ("127.0.0.1", "127.0.0.2", "127.0.0.4", "127.0.0.5", "127.9.9.9")
_FORWARDED: Final = ("1.1.1.1", "2.2.2.2", "1.1.1.1, 2.2.2.2", "2.2.2.2, 1.1.1.1", "fd00::1", "x, 1.1.1.1", "junk")
_NAMES: Final = ("outbound_.8080_._.a.b", "a.b", "x.b", "a")
_BROKEN: Final = ("expired", "not valid yet", "signed by an unknown key", "not a token")


def request(dice: Dice, workload: Workload, mesh: Mapping[str, Any]) -> Plain:
    """One request or connection to some port of the workload."""
    is_gateway = workload.kind == "gateway"
    more: Plain = {} if is_gateway else _way(dice, mesh)
    if dice.often(0.5):
        more["source_ip"] = dice.choice(_SOURCES)
    to: Plain = {"ip": "10.4.0.9"} if dice.often(0.2) else {}
    if not is_gateway and dice.often(0.2):
        return connect(dice.choice((9000, 9000, 9090, 7777)), to=to, **more)
    port = 8080 if is_gateway else dice.choice((8080, 8080, 8080, 8081, 9090, 7777))
    if dice.often(0.4):
        more["token"] = _token(dice)
    asked = get(
        dice.choice(_ASKED_PATHS),
        method=dice.choice(_ASKED_METHODS),
        host=dice.choice(_ASKED_HOSTS),
        headers=_headers(dice),
        port=port,
        **more,
    )
    if dice.often(0.15) and not any(
        line != line.strip() for lines in asked["http"].get("headers", {}).values() for line in lines
    ):
        asked["over"] = "h2"
    return asked | ({"to": {**asked.get("to", {}), **to}} if to else {})


def _way(dice: Dice, mesh: Mapping[str, Any]) -> Plain:
    if dice.often(0.2):
        return {}
    if dice.often(0.05):
        return {"tls": "other"}
    return {"peer": dice.identity(mesh), **({"sni": dice.choice(_NAMES)} if dice.often(0.4) else {})}


def _headers(dice: Dice) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name in ("x-a", "x-b"):
        if dice.often(0.4):
            headers[name] = [dice.choice(_ASKED_WORDS) for _ in range(dice.choice((1, 1, 1, 2)))]
    if dice.often(0.25):
        headers["x-forwarded-for"] = [dice.choice(_FORWARDED)]
    return headers


def _token(dice: Dice) -> Plain:
    place: Plain = {"in": {"header": "x-token"}} if dice.often(0.2) else {}
    if dice.often(0.15):
        return {"invalid": dice.choice(_BROKEN), **place}
    claims: Plain = {"iss": dice.choice((ISSUER, ISSUER, OTHER_ISSUER, "https://nobody.example.org"))}
    if dice.often(0.85):
        claims["sub"] = dice.choice(SUBJECTS)
    for name in ("role", "groups", "scope", "x", "azp", "o.k"):
        if dice.often(0.3):
            claims[name] = _claim(dice)
    if dice.often(0.3):
        claims["o"] = {"k": _claim(dice)}
    if dice.often(0.4):
        claims["aud"] = dice.choice(("a", "b", "a/", ["a", "c"], ["c"]))
    return {"claims": claims, **place} if place else claims


def _claim(dice: Dice) -> object:
    word = dice.choice(_ASKED_WORDS)
    return dice.choice((word, word, word, [word, "c"], [], 1, True, None, {"a": word}, [1, word]))
