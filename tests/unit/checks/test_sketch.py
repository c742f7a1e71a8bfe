from __future__ import annotations

import pytest

from ztdsl.checks.place import Place
from ztdsl.checks.sketch import draw, issued_by, without_identity, without_token
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.kinds import (
    AuthorizationPolicy,
    Condition,
    JwtRule,
    Meta,
    Operation,
    RequestAuthentication,
    Rule,
    Source,
)
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain, Proxy, Tls, Token

PLACE = Place("shop", {"app": "orders"}, Proxy.SIDECAR)
ISSUER = "https://auth.example.com"
RULES = [
    Rule(),
    Rule((Source(principals=("cluster.local/ns/web/sa/a",)),)),
    Rule((Source(principals=("cluster.local/ns/web/*",)),)),
    Rule((Source(principals=("cluster.local/*",)),)),
    Rule((Source(principals=("*/sa/a",)),)),
    Rule((Source(principals=("*",)),)),
    Rule((Source(namespaces=("team-*",)),)),
    Rule((Source(service_accounts=("web/a",)),)),
    Rule((Source(service_accounts=("a",)),)),
    Rule((Source(ip_blocks=("10.0.0.0/8",)),)),
    Rule((Source(remote_ip_blocks=("203.0.113.7",)),)),
    Rule((Source(request_principals=(f"{ISSUER}/*",)),)),
    Rule((Source(request_principals=("*",)),)),
    Rule((), (Operation(hosts=("*.example.com",), methods=("P*",), paths=("/a/*",)),)),
    Rule((), (Operation(paths=("/a/{*}/b/{**}",), ports=("9090",)),)),
    Rule((), (Operation(paths=("*.css",)),)),
    Rule((), (Operation(methods=("GET",)), Operation(paths=("/b",)))),
    Rule(conditions=(Condition("request.headers[X-Team]", ("a*",)),)),
    Rule(conditions=(Condition("request.auth.claims[a][b]", ("x",)),)),
    Rule(conditions=(Condition("request.auth.audiences", ("x",)), Condition("request.auth.presenter", ("y",)))),
    Rule(conditions=(Condition("connection.sni", ("*.example.com",)), Condition("destination.port", ("8443",)))),
    Rule(conditions=(Condition("source.namespace", ("web",)), Condition("source.ip", ("10.0.0.1",)))),
]


@pytest.mark.parametrize("rule", RULES, ids=range(len(RULES)))
def test_the_rule_lets_in_what_is_drawn_from_it(rule: Rule) -> None:
    """Every drawn request meets every test of the rule."""
    allow = AuthorizationPolicy(Meta("p", "shop", ()), None, (), "ALLOW", None, (rule,))
    keys = RequestAuthentication(Meta("r", "shop", ()), None, (), (JwtRule(issuer=ISSUER),))
    evaluator = Evaluator([allow, keys], Mesh())

    drawn = list(draw(PLACE, Mesh(), rule, namespace="shop"))

    assert len(drawn) == max(len(rule.sources), 1) * max(len(rule.operations), 1)
    assert {evaluator.decide(request).verdict for request in drawn} == {Verdict.ALLOW}


def test_a_rule_with_many_alternatives_is_drawn_from_a_few_times() -> None:
    """The number of requests is bounded."""
    many = Rule(
        tuple(Source(namespaces=(f"n{n}",)) for n in range(9)), tuple(Operation(paths=(f"/{n}",)) for n in range(9))
    )

    assert len(list(draw(PLACE, Mesh(), many))) == 8


def test_what_a_request_shows_can_be_taken_away_and_changed() -> None:
    """In plaintext it has no identity; its token goes, or comes from another issuer for another audience."""
    request = next(iter(draw(PLACE, Mesh(), RULES[11])))

    plain = without_identity(request)
    (token,) = issued_by(request, "https://other.example.com", "orders").tokens

    assert (plain.peer, plain.tls, plain.tokens) == (None, Tls.NONE, request.tokens)
    assert without_token(request).tokens == ()
    assert isinstance(token, Token)
    assert token.claims == {"iss": "https://other.example.com", "sub": "someone", "aud": ["orders"]}


def test_a_connection_has_neither_http_nor_tokens() -> None:
    """On a TCP port only what bytes show is drawn."""
    request = next(iter(draw(PLACE, Mesh(), RULES[11], port=9000, chain=Chain.TCP)))

    assert (request.http, request.tokens, request.to.port) == (None, (), 9000)
