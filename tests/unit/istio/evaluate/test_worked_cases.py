"""Requests whose verdict a real Envoy gave."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.istio.evaluate.cases import (
    connection,
    decide,
    operation,
    policy,
    request,
    source,
    token,
    tokens,
    verdict,
    when,
)
from ztdsl.istio.kinds import Operation, Rule, Source
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Proxy, Request

ANY_TEAM = when("request.headers[x-team]", "a")
NOT_TEAM = when("request.headers[x-team]", absent=("a",))
FORWARDED = source(remote_ip_blocks=("1.1.1.1",))


def forwarded(entries: str, **facts: Any) -> Request:
    """A request with X-Forwarded-For from another address."""
    return request(headers={"x-forwarded-for": [entries]}, source_ip="9.9.9.9", **facts)


ALLOWED = [
    (1, operation(hosts=("shop.example",)), request(host="Shop.Example"), True),
    (2, operation(hosts=("shop.example",)), request(host="shop.example:443"), False),
    (3, operation(methods=("P*",)), request("POST"), True),
    (3, operation(methods=("P*",)), request("GET"), False),
    (4, ANY_TEAM, request(headers={"x-team": ["a", "b"]}), True),
    (5, NOT_TEAM, request(), True),
    (6, NOT_TEAM, request(headers={"x-team": ["a", "b"]}), False),
    (7, when("request.headers[x-team]", "*"), request(headers={"x-team": [""]}), True),
    (8, when("request.headers[cookie]", "a=b"), request(headers={"cookie": ["a=b; c=d"]}), False),
    (9, when("request.headers[:path]", "/foo"), request(path="/foo?x"), False),
    (10, operation(paths=("/foo*",)), request(path="/foobar"), True),
    (10, operation(paths=("/foo*",)), request(path="/fo"), False),
    (11, operation(paths=("*/bar",)), request(path="/x/bar?y=/z"), True),
    (12, operation(paths=("/a*b",)), request(path="/axb"), False),
    (13, source(principals=("*",)), request(peer=None), False),
    (14, source(not_principals=("*",)), request(peer=None), True),
    (16, source(namespaces=("fo*",)), request(peer="spiffe://cluster.local/ns/foo/sa/x"), True),
    (17, source(principals=("cluster.local/*",), namespaces=("zzz",)), request(), False),
    (18, source(principals=("CLUSTER.LOCAL/ns/foo/sa/bar",)), request(), False),
    (19, FORWARDED, forwarded("2.2.2.2, 1.1.1.1"), True),
    (20, FORWARDED, forwarded("1.1.1.1, 2.2.2.2"), False),
    (21, FORWARDED, forwarded("1.1.1.1", proxy=Proxy.GATEWAY), False),
    (23, Rule(sources=(Source(),)), request(peer=None), True),
    (24, source(request_principals=("https://idp/*",)), request(token=token(iss="https://idp/", sub="s")), False),
    (25, source(request_principals=("*",)), request(token=token(sub=None)), False),
    (26, source(not_request_principals=("*",)), request(), True),
    (27, when("request.auth.claims[admin]", "true"), request(token=token(admin=True)), False),
    (28, when("request.auth.claims[groups]", "dev"), request(token=token(groups=["ops", "dev"])), True),
    (29, when("request.auth.claims[scope]", "read"), request(token=token(scope="read write")), True),
    (30, when("request.auth.claims[scope]", "read write"), request(token=token(scope="read write")), False),
    (31, when("request.auth.claims[x]", "read"), request(token=token(x="read write")), False),
    (32, when("request.auth.claims[o][k]", "v"), request(token=token(o={"k": ["u", "v"]})), True),
    (33, when("request.auth.claims[o.k]", "v"), request(token=token(o={"k": "v"})), False),
]


@pytest.mark.parametrize(("number", "rule", "asked", "expected"), ALLOWED)
def test_an_allow_rule_alone(number: int, rule: Rule, asked: Request, expected: bool) -> None:
    """With one ALLOW rule, a request passes if the rule matches, and is answered 403 if not."""
    accepted = tokens(issuer="https://idp/") if number == 24 else tokens()
    decision = decide([policy("ALLOW", rule), accepted], asked)
    assert (decision.verdict, decision.status) == ((Verdict.ALLOW, 200) if expected else (Verdict.DENY, 403))


def test_15_plaintext_meets_a_negative_deny() -> None:
    """Without an identity every negative test holds."""
    assert verdict([policy("DENY", source(not_namespaces=("foo",)))], request(peer=None)) == "deny"
    assert verdict([policy("DENY", source(not_namespaces=("foo",)))], request()) == "allow"


def test_22_a_gateway_believes_trusted_proxies() -> None:
    """With one trusted proxy the last entry is the client's."""
    mesh = Mesh(trusted_proxies=1)
    asked = forwarded("2.2.2.2, 1.1.1.1", proxy=Proxy.GATEWAY)
    assert verdict([policy("ALLOW", FORWARDED)], asked, mesh) == "allow"


def test_34_a_token_of_another_audience_is_403_and_none_passes() -> None:
    """The audience is checked before any policy."""
    decision = decide([tokens("x")], request(token=token(aud="z")))
    assert (decision.verdict, decision.status) == (Verdict.UNAUTHENTICATED, 403)
    assert verdict([tokens("x")], request()) == "allow"
    assert verdict([tokens("x")], request(token=token(aud="x"))) == "allow"


def test_36_an_allow_set_that_is_empty_refuses_connections() -> None:
    """A rule about methods is left out of the filters of a TCP port, and its policy stays."""
    decision = decide([policy("ALLOW", operation(methods=("GET",)))], connection())
    assert (decision.verdict, decision.status, decision.decided_by) == (Verdict.REFUSED, None, None)


def test_37_an_empty_deny_rule_denies_everything() -> None:
    """A rule without tests matches."""
    assert verdict([policy("DENY", Rule())], request()) == "deny"
    assert verdict([policy("DENY", Rule())], connection()) == "refused"


def test_40_a_deny_by_method_denies_all_of_tcp() -> None:
    """What cannot be seen on TCP is removed from the rule, which then matches more."""
    assert verdict([policy("DENY", operation(methods=("GET",)))], connection()) == "refused"
    assert verdict([policy("DENY", operation(methods=("GET",), ports=("8080",)))], connection()) == "refused"
    assert verdict([policy("DENY", operation(methods=("GET",), ports=("9090",)))], connection()) == "allow"
    assert verdict([policy("DENY", operation(not_paths=("/x",)))], connection()) == "refused"
    assert verdict([policy("DENY", Rule(operations=(Operation(hosts=("a",)),)))], connection()) == "refused"
