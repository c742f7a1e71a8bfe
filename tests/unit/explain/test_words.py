"""Callers and requests in words."""

from __future__ import annotations

import pytest

from ztdsl.explain import words
from ztdsl.ir import values
from ztdsl.ir.values import ClaimTest, HeaderTest, Match, Pattern, Quantifier, Request, User
from ztdsl.traffic.mesh import Mesh

MESH = Mesh(trust_domain="prod.example")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (values.PeerIdentity(None, "a", "b"), "prod.example/ns/a/sa/b"),
        (values.PeerIdentity("c.example", "a", "b"), "c.example/ns/a/sa/b"),
        (values.PeerNamespace("a"), "every workload of namespace a"),
        (values.PeerTrustDomain(None), "every workload of trust domain prod.example"),
        (values.SourceAddress("10.0.0.0/8"), "address 10.0.0.0/8"),
        (values.ClientAddress("10.0.0.1"), "client address 10.0.0.1"),
        (values.AnyPeer(), "any workload with an identity"),
        (values.Everyone(), "anyone"),
        (
            values.Everyone((values.PeerNamespace("a"), values.SourceAddress("10.0.0.1"))),
            "anyone except every workload of namespace a, address 10.0.0.1",
        ),
    ],
)
def test_peers(source: values.Source, text: str) -> None:
    """Each kind of caller has words of its own."""
    assert words.source(source, MESH) == text


def test_users() -> None:
    """Everything that a token must meet is said."""
    who = User(
        "https://auth.example.com",
        ("shop",),
        ("u1", "u2"),
        ("portal",),
        (
            ClaimTest(("role",), Quantifier.ANY, (Pattern(Match.EXACT, "a"), Pattern(Match.PREFIX, "b"))),
            ClaimTest(("x", "y"), Quantifier.ALL, (Pattern(Match.SUFFIX, "c"), Pattern(Match.PRESENT))),
            ClaimTest(("z",), Quantifier.NONE, (Pattern(Match.EXACT, "d"),)),
        ),
    )
    assert words.caller(values.Caller(values.Everyone(), who), MESH) == (
        "anyone with a token of https://auth.example.com (audience shop, subject u1 or u2, presenter portal, "
        "role is a or b…, x.y has …c and any value, z is not d)"
    )
    peer = values.Caller(values.PeerNamespace("a"), User("i"))
    assert words.caller(peer, MESH) == "every workload of namespace a with a token of i"


def test_requests() -> None:
    """Every part of a request is said; none at all is any request."""
    assert words.request(Request()) == "any request"
    whole = Request(
        ("GET", "POST"),
        ("/a", "/b/*"),
        ("h",),
        (HeaderTest("x", (Pattern(Match.EXACT, "1"),), (Pattern(Match.PRESENT),)),),
        ("PUT",),
        ("/c",),
        ("i",),
    )
    assert words.request(whole) == (
        "GET, POST any method but PUT on /a, /b/* not on /c at host h at any host but i "
        "with header x 1 without header x any value"
    )
