"""The order of stages, the algebra of rules, and what a lacking fact does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.istio.evaluate.cases import (
    PEER,
    connection,
    decide,
    mtls,
    operation,
    policy,
    request,
    source,
    token,
    tokens,
    verdict,
    when,
)
from ztdsl.istio.kinds import ClaimToHeader, Condition, Manifest, Operation, Rule, Source
from ztdsl.traffic.decision import Decider, Verdict
from ztdsl.traffic.mesh import Mesh, PathNormalization
from ztdsl.traffic.request import Chain, InvalidToken, Proxy, Request, Tls

GET = operation(methods=("GET",))
POST = operation(methods=("POST",))
GRPC = {"content-type": ["application/grpc"]}


def test_without_policies_everything_is_allowed() -> None:
    """No ALLOW policy is default allow."""
    decision = decide([], request())
    assert (decision.verdict, decision.status, decision.decided_by) == (Verdict.ALLOW, 200, None)
    assert decision.reason is not None


def test_an_allow_policy_without_rules_denies_everything() -> None:
    """It matches nothing, and makes the workload deny by default."""
    decision = decide([policy("ALLOW")], request())
    assert (decision.verdict, decision.status, decision.decided_by) == (Verdict.DENY, 403, None)


def test_allow_policies_are_a_union() -> None:
    """One that matches is enough, whatever the others say."""
    manifests = [policy("ALLOW", name="nothing"), policy("ALLOW", POST, name="b"), policy("ALLOW", GET, name="a")]
    assert decide(manifests, request()).decided_by == Decider("AuthorizationPolicy", "foo", "a", 0)
    assert decide(manifests, request("PUT")).reason is not None


def test_deny_comes_before_allow() -> None:
    """A DENY rule that matches ends the request."""
    manifests = [policy("ALLOW", Rule(), name="all"), policy("DENY", GET, name="no")]
    decision = decide(manifests, request())
    assert (decision.verdict, decision.decided_by) == (Verdict.DENY, Decider("AuthorizationPolicy", "foo", "no", 0))
    assert verdict(manifests, request("POST")) == "allow"


def test_the_first_rule_by_its_name_decides() -> None:
    """Names are compared as texts, so that rule 10 stands before rule 2."""
    rules = [POST, POST, GET, *[POST] * 7, GET]
    assert decide([policy("ALLOW", *rules)], request()).decided_by == Decider("AuthorizationPolicy", "foo", "p", 10)
    several = [policy("ALLOW", GET, name="b"), policy("ALLOW", GET, name="a", namespace="istio-system")]
    decided_by = decide(several, request()).decided_by
    assert decided_by == Decider("AuthorizationPolicy", "foo", "b", 0)


ALGEBRA = [
    (Rule(sources=(Source(namespaces=("x",)), Source(namespaces=("foo",)))), True),
    (Rule(sources=(Source(namespaces=("foo",), principals=("x",)),)), False),
    (Rule(sources=(Source(namespaces=("foo",)),), operations=(Operation(methods=("POST",)),)), False),
    (Rule(operations=(Operation(methods=("POST",)), Operation(paths=("/",)))), True),
    (Rule(sources=(Source(namespaces=("f*",), not_namespaces=("foo",)),)), False),
    (Rule(sources=(Source(namespaces=("f*",), not_namespaces=("fob",)),)), True),
    (Rule(conditions=(Condition("source.namespace", ("foo",)), Condition("source.namespace", ("x",)))), False),
    (Rule(conditions=(Condition("source.namespace", ("x", "foo"), ("y",)),)), True),
    (Rule(conditions=(Condition("source.namespace", (), ("foo",)),)), False),
    (Rule(conditions=(Condition("source.namespace"),)), True),
    (Rule(conditions=(Condition("destination.port", ("8080",)),)), True),
    (Rule(conditions=(Condition("destination.port", (), ("8080",)),)), False),
    (Rule(operations=(Operation(ports=("8080", "1")),)), True),
]


@pytest.mark.parametrize(("rule", "expected"), ALGEBRA)
def test_rules_combine_any_and_all(rule: Rule, expected: bool) -> None:
    """Items are alternatives, fields of one item must all hold, and every condition must."""
    assert verdict([policy("ALLOW", rule)], request()) == ("allow" if expected else "deny")


def test_an_unknown_key_removes_the_rule_of_every_action() -> None:
    """A DENY rule vanishes silently; an ALLOW policy stays and allows less."""
    unknown = when("request.method", "GET")
    assert verdict([policy("DENY", unknown)], request()) == "allow"
    assert verdict([policy("ALLOW", unknown)], request()) == "deny"
    assert verdict([policy("DENY", unknown, GET)], request()) == "deny"


@pytest.mark.parametrize(
    "rule",
    [
        source(ip_blocks=("10.0.0.0/8", "nonsense")),
        operation(ports=("8080", "http")),
        operation(ports=("70000", "8080")),
    ],
)
def test_a_value_that_cannot_be_translated_narrows_allow_and_widens_deny(rule: Rule) -> None:
    """ALLOW loses the rule, DENY the value only."""
    asked = request(source_ip="10.1.1.1")
    assert verdict([policy("ALLOW", rule)], asked) == "deny"
    assert verdict([policy("DENY", rule)], asked) == "deny"
    assert verdict([policy("DENY", rule)], request(source_ip="11.1.1.1", port=1)) == "allow"


def test_a_list_without_any_value_left_disappears_from_deny() -> None:
    """The test is gone, and the rule denies everyone."""
    assert verdict([policy("DENY", source(ip_blocks=("nonsense",)))], request()) == "deny"
    assert verdict([policy("DENY", when("request.headersx]", "a"))], request()) == "deny"
    assert verdict([policy("DENY", when("request.auth.claims[a", "a"))], request()) == "deny"
    assert verdict([policy("ALLOW", when("request.headersx]", "a"))], request()) == "deny"


HTTP_ONLY = [
    operation(hosts=("a",)),
    operation(not_hosts=("a",)),
    operation(methods=("a",)),
    operation(paths=("/a",)),
    operation(not_paths=("/a",)),
    source(request_principals=("*",)),
    source(not_request_principals=("*",)),
    when("request.headers[a]", "a"),
    when("request.auth.claims[a]", "a"),
    when("request.auth.principal", "a"),
    when("request.auth.audiences", absent=("a",)),
    when("request.auth.presenter", "a"),
]


@pytest.mark.parametrize("rule", HTTP_ONLY)
def test_what_only_http_has_drops_from_tcp(rule: Rule) -> None:
    """ALLOW loses the rule and refuses all, DENY loses the test and refuses all."""
    assert verdict([policy("ALLOW", rule)], connection()) == "refused"
    assert verdict([policy("DENY", rule)], connection()) == "refused"
    assert decide([policy("AUDIT", rule)], connection()).audit == (Decider("AuthorizationPolicy", "foo", "p", 0),)


def test_an_alternative_dies_with_another_on_tcp() -> None:
    """One field that only HTTP has takes the whole ALLOW rule with it."""
    rule = Rule(sources=(Source(namespaces=("foo",)), Source(request_principals=("*",))))
    assert verdict([policy("ALLOW", rule)], connection()) == "refused"
    assert verdict([policy("ALLOW", rule)], request()) == "allow"


def test_a_condition_without_values_is_no_test_even_on_tcp() -> None:
    """Istio never looks at its key's brackets then."""
    assert verdict([policy("ALLOW", Rule(conditions=(Condition("request.headers[x]"),)))], connection()) == "allow"


ON_BOTH = [
    source(principals=("cluster.local/ns/foo/sa/bar",)),
    source(namespaces=("foo",)),
    source(service_accounts=("bar",)),
    source(service_accounts=("foo/bar",)),
    source(trust_domains=("cluster.local",)),
    source(ip_blocks=("10.0.0.0/8",)),
    source(remote_ip_blocks=("10.0.0.0/8",)),
    operation(ports=("8080",)),
    when("source.ip", "10.1.2.3"),
    when("remote.ip", "10.1.2.3"),
    when("source.namespace", "foo"),
    when("source.principal", "cluster.local/ns/foo/sa/bar"),
    when("source.serviceAccount", "bar"),
    when("source.trustDomain", "cluster.local"),
    when("destination.ip", "10.4.0.0/16"),
    when("destination.port", "8080"),
    when("connection.sni", "*.foo.svc"),
]


@pytest.mark.parametrize("rule", ON_BOTH)
def test_attributes_of_connections_are_seen_on_both_chains(rule: Rule) -> None:
    """Each of them matches on HTTP and on TCP, and fails for another client."""
    facts: dict[str, Any] = {"source_ip": "10.1.2.3", "ip": "10.4.0.9", "sni": "outbound_.8080_._.a.FOO.svc"}
    other: dict[str, Any] = {"source_ip": "9.9.9.9", "ip": "9.9.9.8", "sni": "x", "port": 1}
    allow = [policy("ALLOW", rule)]
    assert verdict(allow, request(**facts)) == "allow"
    assert verdict(allow, connection(**facts)) == "allow"
    assert verdict(allow, request(peer=None, **other)) == "deny"
    assert verdict(allow, connection(peer=None, **other)) == "refused"


def test_a_name_alone_is_an_account_of_the_policy_s_namespace() -> None:
    """A policy in the root namespace means accounts there."""
    rule = source(service_accounts=("bar",))
    assert verdict([policy("ALLOW", rule, namespace="istio-system")], request()) == "deny"


def test_sni_is_compared_in_lower_case_and_plaintext_has_none() -> None:
    """A pattern with upper case never matches."""
    assert verdict([policy("ALLOW", when("connection.sni", "A"))], request(sni="A")) == "deny"
    assert verdict([policy("ALLOW", when("connection.sni", "a"))], request(sni="A")) == "allow"
    assert verdict([policy("ALLOW", when("connection.sni", absent=("a",)))], request(peer=None, sni="a")) == "allow"


def test_a_port_without_tls_has_no_server_name() -> None:
    """Nothing looks for one there, whatever passes through."""
    allow = policy("ALLOW", when("connection.sni", "a"))
    assert verdict([allow, mtls("DISABLE")], connection(sni="a")) == "refused"
    assert verdict([allow, mtls("PERMISSIVE")], connection(sni="a", tls=Tls.OTHER, peer=None)) == "allow"


def test_trust_domain_aliases_count_in_principals() -> None:
    """Every name of the mesh's trust domain is meant, and `cluster.local` is its name everywhere."""
    mesh = Mesh(trust_domain="td1", trust_domain_aliases=("td2",))
    allow = [policy("ALLOW", source(principals=("cluster.local/ns/foo/sa/bar",)))]
    assert verdict(allow, request(peer="spiffe://td2/ns/foo/sa/bar"), mesh) == "allow"
    deny = [policy("DENY", source(not_principals=("td1/ns/foo/sa/bar",)))]
    assert verdict(deny, request(peer="spiffe://td2/ns/foo/sa/bar"), mesh) == "allow"


def test_a_scheme_in_a_principal_never_matches() -> None:
    """Istio puts a second one in front."""
    assert verdict([policy("ALLOW", source(principals=(PEER,)))], request()) == "deny"


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.example.com:80", False),
        ("example.com:*", "EXAMPLE.com:8080", True),
        ("EXAMPLE.*", "example.com", True),
        ("example.com", "example.com.", False),
        ("*", "x", True),
    ],
)
def test_hosts_are_the_authority_as_sent(pattern: str, host: str, expected: bool) -> None:
    """The port stays, and case does not count."""
    assert (verdict([policy("ALLOW", operation(hosts=(pattern,)))], request(host=host)) == "allow") is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/foo", "/foo", True),
        ("/foo", "/foo?x=1", True),
        ("/foo", "/%66oo", True),
        ("/foo", "/a/../foo", True),
        ("/foo", "/foo#x", True),
        ("/foo", "/foo/", False),
        ("/foo", "/FOO", False),
        ("/foo", "//foo", False),
        ("/foo", "/foo;a=b", False),
        ("/foo/*", "/foo", False),
        ("/foo?x", "/foo?x", False),
        ("/x%20y", "/x%20y", True),
        ("*", "/", True),
        ("/a/{*}/c", "/a/b/c?q", True),
        ("/a/{**}", "/a", False),
    ],
)
def test_paths_are_normalized_and_have_no_query(pattern: str, path: str, expected: bool) -> None:
    """The mesh's default normalization comes first."""
    assert (verdict([policy("ALLOW", operation(paths=(pattern,)))], request(path=path)) == "allow") is expected


def test_normalization_is_the_mesh_s() -> None:
    """Slashes are merged where the mesh says so."""
    allow = [policy("ALLOW", operation(paths=("/a/b",)))]
    assert verdict(allow, request(path="/a//b")) == "deny"
    assert verdict(allow, request(path="/a//b"), Mesh(path_normalization=PathNormalization.MERGE_SLASHES)) == "allow"


def test_a_header_s_name_has_no_case_and_its_value_has() -> None:
    """Names are in lower case on the wire."""
    allow = [policy("ALLOW", when("request.headers[X-Team]", "a*"))]
    assert verdict(allow, request(headers={"x-team": ["ab"]})) == "allow"
    assert verdict(allow, request(headers={"x-team": ["Ab"]})) == "deny"


def test_pseudo_headers_are_parts_of_the_request() -> None:
    """`:path` has the query, and `host` is the authority."""
    assert verdict([policy("ALLOW", when("request.headers[:path]", "/a?x"))], request(path="/b/../a?x")) == "allow"
    assert verdict([policy("ALLOW", when("request.headers[:method]", "GET"))], request()) == "allow"
    assert verdict([policy("ALLOW", when("request.headers[Host]", "foo.*"))], request()) == "allow"
    assert verdict([policy("ALLOW", when("request.headers[:scheme]", "http"))], request()) == "unknown"


@pytest.mark.parametrize("method", ["get", "FOO", ""])
def test_envoy_rejects_methods_that_http_1_does_not_know(method: str) -> None:
    """Before any policy, with 400."""
    decision = decide([policy("DENY", Rule())], request(method))
    assert (decision.verdict, decision.status) == (Verdict.REJECTED, 400)


@pytest.mark.parametrize(
    "asked",
    [
        request(path="foo"),
        request(path="*"),
        request(path=""),
        request(path="/\xe9"),
        request(path="/a b"),
        request(host="a b"),
        request(host="a/b"),
        request(headers={"": ["1"]}),
        request(headers={"x a": ["1"]}),
        request(headers={"x": ["\x01"]}),
        request(headers={"content-length": ["x"]}),
    ],
)
def test_envoy_rejects_what_http_does_not_allow(asked: Request) -> None:
    """Before any policy, with 400."""
    decision = decide([policy("DENY", Rule())], asked)
    assert (decision.verdict, decision.status) == (Verdict.REJECTED, 400)


def test_a_target_in_absolute_form_has_the_host_that_counts() -> None:
    """A proxy takes the host from there, and the path behind it."""
    allow = policy("ALLOW", Rule(operations=(Operation(hosts=("other.example",), paths=("/foo", "/")),)))
    assert verdict([allow], request(path="http://other.example/foo")) == "allow"
    assert verdict([allow], request(path="HTTPS://other.example?x")) == "allow"
    assert verdict([allow], request(path="http://third.example/foo", host="other.example")) == "deny"


def test_a_second_host_is_not_guessed() -> None:
    """Which of the two counts is not known."""
    allow = policy("ALLOW", operation(hosts=("foo.example.com",)))
    assert verdict([allow], request(headers={"host": ["other.example"]})) == "unknown"


def test_envoy_rejects_an_escaped_nul() -> None:
    """Before any policy, with 400."""
    decision = decide([policy("DENY", Rule())], request(path="/a%00"))
    assert (decision.verdict, decision.status) == (Verdict.REJECTED, 400)
    no_normalization = Mesh(path_normalization=PathNormalization.NONE)
    assert verdict([policy("DENY", Rule())], request(path="/a%00"), no_normalization) == "deny"


def test_grpc_has_a_status_of_its_own() -> None:
    """HTTP says 200 to a gRPC client."""
    decision = decide([policy("DENY", Rule())], request("POST", headers=GRPC))
    assert (decision.status, decision.grpc_status) == (200, 7)
    decision = decide([tokens()], request("POST", headers=GRPC, token=None, path="/a"))
    assert (decision.verdict, decision.status, decision.grpc_status) == (Verdict.ALLOW, 200, 0)
    decision = decide([tokens()], request("POST", headers=GRPC, token=InvalidToken("expired")))
    assert (decision.verdict, decision.status, decision.grpc_status) == (Verdict.UNAUTHENTICATED, 200, 16)


def test_a_bad_token_ends_before_any_policy() -> None:
    """401, whatever the policies say."""
    manifests: list[Manifest] = [tokens(), policy("DENY", Rule())]
    decision = decide(manifests, request(token=InvalidToken("expired")))
    assert (decision.verdict, decision.status) == (Verdict.UNAUTHENTICATED, 401)


def test_tokens_mean_nothing_without_a_request_authentication() -> None:
    """Positive tests fail, negative ones hold."""
    assert verdict([policy("ALLOW", source(request_principals=("*",)))], request(token=token())) == "deny"
    assert verdict([policy("ALLOW", source(not_request_principals=("*",)))], request(token=token())) == "allow"


def test_strict_refuses_plaintext() -> None:
    """No chain of the port matches."""
    decision = decide([mtls("STRICT")], request(peer=None))
    assert (decision.verdict, decision.status) == (Verdict.REFUSED, None)
    assert verdict([mtls("STRICT")], request()) == "allow"
    assert verdict([mtls("STRICT", ((8080, "PERMISSIVE"),))], request(peer=None)) == "allow"


def test_audit_is_listed_and_changes_nothing() -> None:
    """It marks the access log."""
    decision = decide([policy("AUDIT", GET, POST, Rule())], request())
    assert decision.verdict is Verdict.ALLOW
    assert [each.rule for each in decision.audit] == [0, 2]


@pytest.mark.parametrize(("value", "is_dry"), [("true", True), ("1", True), ("false", False), ("yes", False)])
def test_dry_run_is_listed_and_changes_nothing(value: str, is_dry: bool) -> None:
    """A workload whose only ALLOW policy is tried stays open."""
    decision = decide([policy("ALLOW", POST, dry_run=value), policy("DENY", GET, name="d", dry_run=value)], request())
    assert (decision.verdict is Verdict.ALLOW) is is_dry
    assert [each.name for each in decision.dry_run] == (["d"] if is_dry else [])


ASK = policy("CUSTOM", GET, name="ask", provider="authz")


def test_an_external_authorizer_makes_the_verdict_unknown() -> None:
    """Unless a policy denies anyway; then its status is not known, for the authorizer may answer first."""
    assert verdict([ASK], request()) == "unknown"
    assert "ask" in (decide([ASK], request()).reason or "")
    assert verdict([ASK], request("POST")) == "allow"
    decision = decide([ASK, policy("DENY", GET, name="no")], request())
    assert (decision.verdict, decision.status) == (Verdict.DENY, None)
    assert verdict([ASK, policy("ALLOW", POST, name="yes")], request()) == "deny"
    assert verdict([ASK, tokens()], request(token=InvalidToken("x"))) == "unknown"


def test_an_external_authorizer_is_asked_before_tokens_are_read() -> None:
    """A rule about tokens sees none."""
    ask = policy("CUSTOM", source(not_request_principals=("*",)), provider="authz")
    assert verdict([ask, tokens()], request(token=token())) == "unknown"
    ask = policy("CUSTOM", source(request_principals=("*",)), provider="authz")
    assert verdict([ask, tokens()], request(token=token())) == "allow"


LACKING: list[tuple[list[Manifest], Request, str, str]] = [
    ([policy("ALLOW", operation(hosts=("a",)))], request(host=None), "unknown", "http.host"),
    ([policy("ALLOW", operation(ports=("1",)))], request(port=None), "unknown", "to.port"),
    ([policy("ALLOW", source(ip_blocks=("1.1.1.1",)))], request(), "unknown", "source_ip"),
    ([policy("ALLOW", source(remote_ip_blocks=("1.1.1.1",)))], request(), "unknown", "remote_ip"),
    ([policy("ALLOW", when("destination.ip", "1.1.1.1"))], request(), "unknown", "to.ip"),
    ([policy("ALLOW", operation(hosts=("a",)), GET)], request(host=None), "allow", ""),
    ([policy("DENY", operation(hosts=("a",)), GET)], request(host=None), "deny", ""),
    ([policy("DENY", operation(hosts=("a",)))], request(host=None), "unknown", "http.host"),
    ([policy("DENY", operation(hosts=("a",), methods=("POST",)))], request(host=None), "allow", ""),
    ([policy("DENY", operation(hosts=("a",))), policy("ALLOW", name="q")], request(host=None), "deny", ""),
    ([policy("DENY", when("experimental.envoy.filters.a.b[c]", "x"))], request(), "unknown", "experimental"),
    ([policy("ALLOW", when("experimental.envoy.filters.a", "x"))], request(), "deny", ""),
    ([policy("ALLOW", GET)], connection(chain=Chain.HTTP), "unknown", "http"),
    ([policy("ALLOW", operation(paths=("/a",)))], request(path="/..;/a"), "unknown", "http.path"),
    ([policy("ALLOW", when("request.headers[x-request-id]", "a"))], request(), "unknown", "x-request-id"),
    (
        [policy("ALLOW", source(principals=("a",)))],
        request(peer=None, tls=Tls.MTLS, proxy=Proxy.GATEWAY),
        "unknown",
        "peer",
    ),
    ([policy("ALLOW", GET, labels={"app": "a"})], request("POST", all_labels=None), "unknown", "labels"),
    ([policy("CUSTOM", operation(hosts=("a",)), provider="authz")], request(host=None), "unknown", "http.host"),
]


@pytest.mark.parametrize(("manifests", "asked", "expected", "fact"), LACKING)
def test_a_lacking_fact_matters_only_where_the_verdict_depends_on_it(
    manifests: list[Manifest], asked: Request, expected: str, fact: str
) -> None:
    """The reason names the fact."""
    decision = decide(manifests, asked)
    assert decision.verdict.value == expected
    assert fact in (decision.reason or "")


def test_a_header_that_carries_a_token_is_there_until_it_is_taken() -> None:
    """Its beginning is known and the rest is not; a proxy that does not forward it removes it."""
    any_value = policy("ALLOW", when("request.headers[authorization]", "*"))
    asked = request(token=token())
    assert verdict([any_value], asked) == "allow"
    assert verdict([any_value, tokens()], asked) == "deny"
    assert verdict([any_value, tokens(forward_original_token=True)], asked) == "allow"
    assert verdict([any_value, tokens()], request()) == "deny"
    assert verdict([policy("ALLOW", when("request.headers[authorization]", "Bearer*"))], asked) == "allow"
    assert verdict([policy("ALLOW", when("request.headers[authorization]", "Basic*"))], asked) == "deny"
    assert verdict([policy("ALLOW", when("request.headers[authorization]", "Bearer x"))], asked) == "unknown"
    assert verdict([policy("ALLOW", when("request.headers[authorization]", "*x"))], asked) == "unknown"
    assert verdict([policy("DENY", when("request.headers[authorization]", absent=("*",)))], asked) == "allow"


@pytest.mark.parametrize(
    ("claim", "value", "expected"),
    [
        ("role", "admin", "allow"),
        ("level", "7", "allow"),
        ("on", "true", "allow"),
        ("o.k", "v", "allow"),
        ("none", "*", "deny"),
        ("role", "user", "deny"),
        ("list", "*", "unknown"),
        ("scope", "read write", "allow"),
    ],
)
def test_headers_that_are_written_of_claims_are_known_with_the_token(claim: str, value: str, expected: str) -> None:
    """Texts, whole numbers and booleans as they are; what came under the name does not count."""
    written = tokens(output_claim_to_headers=(ClaimToHeader("X-Claim", claim),))
    allow = policy("ALLOW", when("request.headers[x-claim]", value))
    accepted = token(role="admin", level=7, on=True, o={"k": "v"}, list=["a"], scope="read write")
    forged = {"x-claim": ["forged"]}
    assert verdict([allow, written], request(headers=forged, token=accepted)) == expected
    assert verdict([allow, written], request(headers=forged)) == "deny"


def test_the_header_of_all_claims_is_there_with_a_token_alone() -> None:
    """What it holds is not known."""
    written = tokens(output_payload_to_header="x-payload")
    present = policy("ALLOW", when("request.headers[x-payload]", "*"))
    assert verdict([present, written], request(headers={"x-payload": ["forged"]})) == "deny"
    assert verdict([present, written], request(token=token())) == "allow"
    assert verdict([policy("ALLOW", when("request.headers[x-payload]", "e*")), written], request(token=token())) == (
        "unknown"
    )


def test_blanks_around_a_value_are_no_part_of_it() -> None:
    """The HTTP codec strips them."""
    allow = policy("ALLOW", when("request.headers[x-team]", "a"))
    assert verdict([allow], request(headers={"x-team": [" \ta  "]})) == "allow"


def test_a_waypoint_and_a_gateway_have_no_peer_authentication() -> None:
    """A waypoint accepts the mesh's own connections alone, a gateway what its servers accept."""
    strict = mtls("STRICT")
    assert verdict([strict], request(peer=None, proxy=Proxy.GATEWAY)) == "allow"
    assert verdict([strict], request(peer=None, proxy=Proxy.WAYPOINT, service="a")) == "refused"
