"""The short way gives what the long way gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.istio.evaluate.cases import mtls, operation, policy, request, source, token, tokens
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.evaluate.sites import Sites
from ztdsl.istio.kinds import Condition, Manifest, Operation, Rule, Source
from ztdsl.traffic.mesh import Mesh, PathNormalization
from ztdsl.traffic.request import Chain, Destination, Http, InvalidToken, Proxy, Request, Tls

MESH = st.sampled_from(
    [
        Mesh(),
        Mesh(trust_domain="td1", trust_domain_aliases=("td2",), federated_trust_domains=("far",)),
        Mesh(path_normalization=PathNormalization.MERGE_SLASHES, trusted_proxies=1),
    ]
)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    """None, one or two of the values."""
    return st.one_of(st.just(()), st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple))


PRINCIPALS = some("cluster.local/ns/foo/sa/bar", "td1/ns/foo/sa/bar", "far/ns/x/sa/y", "cluster.local/*", "*", "*/bar")
NAMESPACES = some("foo", "x", "f*", "*")
ADDRESSES = some("10.0.0.0/8", "1.1.1.1", "nonsense")
PORTS = some("8080", "9090", "x")
SOURCES = st.builds(
    Source,
    principals=PRINCIPALS,
    not_principals=PRINCIPALS,
    namespaces=NAMESPACES,
    not_namespaces=NAMESPACES,
    service_accounts=some("bar", "foo/bar", "x/y"),
    trust_domains=some("td1", "*", "f*"),
    ip_blocks=ADDRESSES,
    not_remote_ip_blocks=ADDRESSES,
    request_principals=some("*", "https://auth.example.com/u1"),
)
OPERATIONS = st.builds(
    Operation,
    hosts=some("foo.example.com", "*.org"),
    ports=PORTS,
    not_ports=PORTS,
    methods=some("GET", "P*", "*"),
    not_methods=some("POST"),
    paths=some("/a", "/a/*", "*b", "/{*}/b", "/{**}"),
    not_paths=some("/a", "/x*"),
)
CONDITIONS = st.builds(
    Condition,
    key=st.sampled_from(
        [
            "source.principal",
            "source.namespace",
            "destination.port",
            "request.headers[x]",
            "request.auth.claims[g]",
            "source.ip",
            "connection.sni",
            "destination.ip",
            "request.auth.principal",
            "request.auth.audiences",
            "unknown",
        ]
    ),
    values=some("cluster.local/ns/foo/sa/bar", "foo", "8080", "v", "10.0.0.1"),
    not_values=some("td1/ns/foo/sa/bar", "9090", "w"),
)
RULES = st.builds(
    Rule,
    sources=st.lists(SOURCES, max_size=2).map(tuple),
    operations=st.lists(OPERATIONS, max_size=2).map(tuple),
    conditions=st.lists(CONDITIONS, max_size=1).map(tuple),
)


@st.composite
def manifests(draw: st.DrawFn) -> list[Manifest]:
    """A few policies of one workload, few of them of a kind that takes the long way."""
    actions = draw(st.lists(st.sampled_from(["ALLOW"] * 6 + ["DENY"] * 4 + ["AUDIT"] * 3 + ["CUSTOM"]), max_size=3))
    found: list[Manifest] = [
        policy(
            action,
            *draw(st.lists(RULES, max_size=3)),
            name=f"p{index}",
            namespace=draw(st.sampled_from(["foo", "istio-system"])),
            provider="authz" if action == "CUSTOM" else None,
            dry_run=draw(st.sampled_from([None, None, None, "true"])),
        )
        for index, action in enumerate(actions)
    ]
    if draw(st.booleans()):
        found.append(tokens())
    if draw(st.booleans()):
        found.append(mtls(draw(st.sampled_from(["STRICT", "PERMISSIVE", "DISABLE"]))))
    return found


DESTINATIONS = st.builds(
    Destination,
    namespace=st.just("foo"),
    labels=st.sampled_from([{"app": "a"}, {"app": "b", "x": "y"}, None]),
    port=st.sampled_from([8080, 9090, None]),
    chain=st.sampled_from(Chain),
    proxy=st.sampled_from([Proxy.SIDECAR, Proxy.SIDECAR, Proxy.GATEWAY, Proxy.WAYPOINT]),
    ip=st.sampled_from([None, "10.0.0.1"]),
)
REQUESTS = st.builds(
    Request,
    to=DESTINATIONS,
    peer=st.sampled_from(
        [
            None,
            "spiffe://cluster.local/ns/foo/sa/bar",
            "spiffe://td1/ns/foo/sa/bar",
            "spiffe://td2/ns/x/sa/y",
            "spiffe://far/ns/x/sa/y",
            "spiffe://other/ns/foo/sa/bar",
        ]
    ),
    tls=st.sampled_from([Tls.MTLS, Tls.MTLS, Tls.NONE, Tls.OTHER]),
    source_ip=st.sampled_from([None, "10.0.0.1", "2.2.2.2", "nonsense"]),
    sni=st.sampled_from([None, "V"]),
    http=st.one_of(
        st.none(),
        st.builds(
            Http,
            method=st.sampled_from(["GET", "POST", "PATCH", "OPTIONS", "get"]),
            path=st.sampled_from(["/a", "/a/b", "/a//b?x", "/x/../a", "/%61", "/..;/a", "/a%00", "*", "/a#b"]),
            host=st.sampled_from([None, "foo.example.com", "a.org"]),
            headers=st.sampled_from(
                [{}, {"x": ("v",)}, {"content-type": ("application/grpc",)}, {"x-forwarded-for": ("1.1.1.1",)}]
            ),
        ),
    ),
    tokens=st.sampled_from(
        [
            (),
            (token(g="v"),),
            (InvalidToken("expired"),),
            (token(iss="other"),),
            (token(aud=["v"], exp=-1),),
            (token(aud="v"),),
        ]
    ),
)


@given(manifests(), st.lists(REQUESTS, min_size=1, max_size=6), MESH)
@settings(max_examples=300, deadline=None)
def test_both_ways_give_one_decision(given_manifests: list[Manifest], asked: list[Request], mesh: Mesh) -> None:
    """Whatever is asked, and in whichever order."""
    evaluator = Evaluator(given_manifests, mesh)
    for each in (*asked, *reversed(asked)):
        assert evaluator.decide(each) == evaluator.decide_at_length(each)


def test_audit_and_dry_runs_take_the_short_way() -> None:
    """They are reported beside the decision, for named callers and for strangers."""
    bar, get = source(principals=("cluster.local/ns/foo/sa/bar",)), operation(methods=("GET",))
    beside = [policy("AUDIT", bar, get, name="u"), policy("DENY", bar, get, name="d", dry_run="true")]
    asked = request("POST")
    for given_manifests in ([*beside], [*beside, policy("ALLOW", bar, name="a")]):
        express = Sites(given_manifests, Mesh()).at(asked.to)
        for peer, method, rules in (("bar", "POST", [0]), ("bar", "GET", [0, 1]), ("baz", "GET", [1])):
            one = request(method, peer=f"spiffe://cluster.local/ns/foo/sa/{peer}")
            decision = express.decide(one)
            assert decision == Evaluator(given_manifests, Mesh()).decide_at_length(one)
            assert decision is not None
            assert [each.rule for each in decision.audit] == [each.rule for each in decision.dry_run] == rules


def test_a_tested_rule_without_its_fact_takes_the_long_way() -> None:
    """What is lacking leaves it out of the report alone."""
    manifests = [policy("AUDIT", operation(hosts=("a",)), Rule(), name="u")]
    asked = request(host=None)
    express = Sites(manifests, Mesh()).at(asked.to)
    assert express.decide(asked) is None
    decision = Evaluator(manifests, Mesh()).decide(asked)
    assert (decision.verdict.value, [each.rule for each in decision.audit]) == ("allow", [1])


def test_destinations_that_are_gone_are_not_mistaken_for_others() -> None:
    """An object's id may come back once the object is gone; what was found for it does not."""
    allow = policy("ALLOW", source(namespaces=("x",)), labels={"app": "locked"})
    evaluator = Evaluator([allow], Mesh())
    for index in range(40_000):
        name = "locked" if index % 2 else "open"
        facts: dict[str, Any] = {"labels": {"app": name}}
        assert (evaluator.decide(request(**facts)).verdict.value == "deny") is (name == "locked")
