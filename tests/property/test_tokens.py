"""Whatever stands in a token or in a request: one answer, and nothing of the token in it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.token_mint import encoded, key_set, public, raw
from ztdsl.api import UnreadableRequest, inspect_request, inspect_token
from ztdsl.istio.read import from_manifest
from ztdsl.manifests.workloads import KnownPort, KnownWorkload
from ztdsl.scenario.cast import cast_of_inventory
from ztdsl.scenario.subject import NOWHERE, Subject
from ztdsl.traffic.mesh import Mesh

_ISSUER = "https://a.example.com"
_KEYS = key_set(public("main", "ES256", kid="main"))
_SHORT = 16
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "n"]) | st.text(max_size=6)
_CLAIMS = st.dictionaries(_NAMES, _VALUES, max_size=5).map(lambda some: {"iss": _ISSUER, "sub": "alice", **some})
_HEADERS = st.dictionaries(st.sampled_from(["kid", "typ", "crit", "x"]), _VALUES, max_size=2)
_ALGORITHMS = st.sampled_from(["ES256", "RS256", "HS256", "EdDSA", "none", "?"])


def _subject() -> Subject:
    meta = {"name": "jwt", "namespace": "shop"}
    rule = {"issuer": _ISSUER, "jwks": _KEYS, "fromCookies": ["c"], "fromHeaders": [{"name": "x"}], "fromParams": ["p"]}
    plain = {"kind": "RequestAuthentication", "metadata": meta, "spec": {"jwtRules": [rule]}}
    allow = {"when": [{"key": "request.auth.claims[n]", "values": ["a"]}]}
    spec = {"action": "ALLOW", "rules": [allow, {"to": [{"operation": {"methods": ["GET"]}}]}]}
    policy = {"kind": "AuthorizationPolicy", "metadata": meta, "spec": spec}
    port = KnownPort(8080, 8080, None, "http")
    known = KnownWorkload("shop", "orders", {"app": "orders"}, (port,), "orders", "service")
    manifests = [from_manifest({"apiVersion": "security.istio.io/v1", **each}) for each in (plain, policy)]
    return Subject(Mesh("test"), cast_of_inventory([known], "cluster.local"), manifests, lambda _: NOWHERE)


_SUBJECT = _subject()


@st.composite
def _tokens(draw: st.DrawFn) -> str:
    """A token of any header and claims, perhaps cut, or with a character too many."""
    header: dict[str, Any] = {"alg": draw(_ALGORITHMS), **draw(_HEADERS)}
    text = raw(json.dumps(header), json.dumps(draw(_CLAIMS)))
    place = draw(st.integers(0, len(text)))
    change = draw(st.sampled_from(["none", "none", "cut", "put", "drop"]))
    if change == "cut":
        return text[:place]
    if change == "put":
        return text[:place] + draw(st.sampled_from([".", "=", " ", "!", "A", "\xe9"])) + text[place:]
    return text[: max(place - 1, 0)] + text[place:] if change == "drop" else text


def _assert_hidden(shown: str, text: str) -> None:
    for part in text.split("."):
        assert len(part) < _SHORT or part not in shown


@given(_tokens(), st.integers(0, 2**40))
def test_any_token_has_one_answer(text: str, now: int) -> None:
    """Accepted, refused with a reason and a finding, or not decided; as text and as JSON, and never shown."""
    found = inspect_token(text, _SUBJECT, now=now)

    plain = found.to_dict()
    assert plain["verdict"] in {"accepted", "refused"}
    assert (plain["verdict"] == "refused") == found.report.has_errors
    assert json.loads(json.dumps(plain)) == plain
    assert all(len(line) <= 80 or " " not in line.strip() for line in found.text().splitlines())
    _assert_hidden(found.text() + repr(plain) + repr(found), text)


@given(_tokens(), st.sampled_from(["x: {}", "cookie: c={}", "p", "authorization: Bearer {}"]), st.binary(max_size=20))
def test_any_request_has_one_answer(text: str, place: str, more: bytes) -> None:
    """Wherever the token stands, and whatever stands beside it."""
    path = f"/?p={text}" if place == "p" else "/"
    line = "a: b" if place == "p" else place.replace("{}", text)
    data = f"GET {path} HTTP/1.1\r\n{line}\r\n".encode("latin-1") + more
    try:
        found = inspect_request(data, _SUBJECT, now=0)
    except UnreadableRequest as unreadable:
        _assert_hidden(str(unreadable), text)
        return

    plain = found.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    _assert_hidden(found.text() + repr(plain) + repr(found), text)


@given(st.text(max_size=60))
def test_any_text_has_one_answer(text: str) -> None:
    """A text that is no token at all is refused."""
    assert inspect_token(text, _SUBJECT, now=0).report.has_errors


def test_encoding_is_what_the_mint_says() -> None:
    """The parts that are looked for above are those of the token."""
    assert raw("{}", "{}").startswith(f"{encoded(b'{}')}.{encoded(b'{}')}.")
