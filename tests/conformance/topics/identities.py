"""Peers: principals, namespaces, service accounts, trust domains and their aliases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.topics.shape import (
    Plain,
    Topic,
    allow,
    both,
    cert,
    connect,
    deny,
    get,
    operation,
    peers,
    source,
    when,
)

PEERS = (
    None,
    cert(),
    cert("foo", "bar"),
    cert("foo", "httpbin"),
    cert("foo2", "bar"),
    cert("fo", "bar"),
    cert("foo", "sleep"),
    cert("bar", "bar"),
    cert("team-foo", "sleep"),
    "spiffe://cluster.local/ns/foo/sa/bar/extra",
    "spiffe://cluster.local/ns/foo/x/y/sa/bar",
    "spiffe://cluster.local/foo/bar",
    "spiffe://cluster.local/ns/foo",
)
DOMAINS = ("cluster.local", "td1", "td2", "old-td", "td1.example.com", "foreign")
PRINCIPALS = (
    "cluster.local/ns/foo/sa/bar",
    "*",
    "cluster.local/*",
    "cluster.local/ns/foo/*",
    "*/sa/bar",
    "*/ns/foo/sa/bar",
    "spiffe://cluster.local/ns/foo/sa/bar",
    "CLUSTER.LOCAL/ns/foo/sa/bar",
    "cluster.local/ns/*/sa/bar",
    "cluster.local/ns/foo",
    "foo/bar",
    "*bar",
    "cl*",
)
NAMESPACES = ("foo", "fo*", "*foo", "*", "f*o", "FOO", "foo*", "*o*")
ACCOUNTS = ("foo/bar", "bar", "httpbin", "bar/sleep")
ALIASED: dict[str, dict[str, Any]] = {
    "td1 with alias": {"trust_domain": "td1", "trust_domain_aliases": ["old-td", "cluster.local"]},
    "td1 alone": {"trust_domain": "td1"},
    "cluster.local with aliases": {"trust_domain_aliases": ["td1", "td2"]},
}
ALIASED_PRINCIPALS = (
    "td1/ns/foo/sa/bar",
    "old-td/ns/foo/sa/bar",
    "cluster.local/ns/foo/sa/bar",
    "cluster.local/*",
    "*/ns/foo/sa/bar",
    "*-td/ns/foo/sa/bar",
    "td*/ns/foo/sa/bar",
    "td2/ns/foo/sa/bar",
    "*d1/ns/foo/sa/*",
    "td1/ns/foo/sa/*",
    "*",
)
TRUST_DOMAINS = ("td1", "old-td", "cluster.local", "td*", "*td", "*")


def _asked() -> list[Plain]:
    return [get(peer=peer) for peer in PEERS]


def topics() -> Iterator[Topic]:
    """Each field alone, negated, denied, as a condition and on TCP; then meshes with several trust domains."""
    asked = _asked()
    for value in PRINCIPALS:
        yield Topic(f"principals/allow {value}", [allow(source(principals=[value]))], asked)
    for value in NAMESPACES:
        yield Topic(f"namespaces/allow {value}", [allow(source(namespaces=[value]))], asked)
    for value in ACCOUNTS:
        yield Topic(f"accounts/allow {value}", [allow(source(serviceAccounts=[value]))], asked)
    yield Topic("accounts/in the root", [allow(source(serviceAccounts=["bar"]), namespace="istio-system")], asked)
    yield from _negated(asked)
    yield from _conditions(asked)
    yield from _meshes()
    yield from _names()


def _negated(asked: list[Plain]) -> Iterator[Topic]:
    fields = {
        "Principals": ["cluster.local/ns/foo/sa/bar"],
        "Namespaces": ["foo"],
        "ServiceAccounts": ["foo/bar"],
        "TrustDomains": ["cluster.local"],
    }
    for name, values in fields.items():
        yield Topic(f"identities/allow not{name}", [allow(source(**{f"not{name}": values}))], asked)
        yield Topic(f"identities/deny not{name}", [deny(source(**{f"not{name}": values}))], asked)
        positive = name[0].lower() + name[1:]
        yield Topic(f"identities/deny {positive}", [deny(source(**{positive: values}))], asked)
    yield Topic("identities/allow nobody known", [allow(source(notPrincipals=["*"]))], asked)
    yield Topic("identities/deny nobody known", [deny(source(notPrincipals=["*"]))], asked)
    yield Topic("identities/fields are one", [allow(source(principals=["cluster.local/*"], namespaces=["zzz"]))], asked)
    chosen = source(namespaces=["foo*"], notPrincipals=["*/sa/bar"])
    yield Topic("identities/some but not", [allow(chosen)], asked)
    strict = [peers("STRICT"), deny(source(principals=["cluster.local/ns/foo/sa/bar"]))]
    yield Topic("identities/deny under strict", strict, asked)
    raw = [connect(peer=peer) for peer in PEERS]
    yield Topic("identities/tcp principal", [allow(source(principals=["cluster.local/ns/foo/sa/bar"]))], raw)
    yield Topic("identities/tcp namespaces", [allow(source(namespaces=["foo"]))], raw)
    yield Topic("identities/tcp accounts", [deny(source(serviceAccounts=["foo/bar", "bar/sleep"]))], raw)


def _conditions(asked: list[Plain]) -> Iterator[Topic]:
    keys = {
        "source.principal": ["cluster.local/ns/foo/sa/bar", "*/sa/sleep"],
        "source.namespace": ["foo", "te*"],
        "source.serviceAccount": ["foo/bar", "sleep"],
        "source.trustDomain": ["cluster.local"],
    }
    for key, values in keys.items():
        yield Topic(f"conditions/{key}", [allow(when(key, values))], asked)
        yield Topic(f"conditions/{key} not", [allow(when(key, but=values))], asked)
    twice = both(source(namespaces=["foo"]), when("source.principal", ["*/sa/bar"]))
    yield Topic("conditions/with a source", [allow(twice)], asked)
    yield Topic("conditions/slash in a trust domain", [allow(when("source.trustDomain", ["cluster.local/ns"]))], asked)


def _meshes() -> Iterator[Topic]:
    asked = [get(peer=cert("foo", "bar", domain)) for domain in DOMAINS] + [get()]
    for title, mesh in ALIASED.items():
        for value in ALIASED_PRINCIPALS:
            yield Topic(f"aliases/{title}: {value}", [allow(source(principals=[value]))], asked, mesh)
        for value in TRUST_DOMAINS:
            yield Topic(f"aliases/{title}: domain {value}", [allow(source(trustDomains=[value]))], asked, mesh)
        denied = [deny(source(principals=["td1/ns/foo/sa/bar"]))]
        yield Topic(f"aliases/{title}: denied", denied, asked, mesh)
        yield Topic(f"aliases/{title}: not", [allow(source(notTrustDomains=["td1"]))], asked, mesh)
        several = both(
            {"from": [{"source": {"namespaces": ["foo"]}}, {"source": {"namespaces": ["bar"]}}]},
            when("source.principal", ["*d1/ns/foo/sa/*"]),
        )
        yield Topic(f"aliases/{title}: condition and sources", [allow(several)], asked, mesh)
    federated = {"federated_trust_domains": ["foreign"]}
    yield Topic("aliases/federated", [allow(source(principals=["foreign/ns/foo/sa/bar"]))], asked, federated)
    yield Topic("aliases/federated namespaces", [allow(source(namespaces=["foo"]))], asked, federated)
    yield Topic("aliases/no policy", [], asked, federated)


def _names() -> Iterator[Topic]:
    names = (
        None,
        "outbound_.8080_._.httpbin.foo.svc.cluster.local",
        "httpbin.foo.svc.cluster.local",
        "HTTPBIN.foo.svc.cluster.local",
        "other.example",
    )
    asked = [get(peer=cert(), sni=name) for name in names] + [get()]
    for value in ("*.httpbin.foo.svc.cluster.local", "httpbin.*", "HTTPBIN.*", "*", "other.example"):
        yield Topic(f"sni/allow {value}", [allow(when("connection.sni", [value]))], asked)
    yield Topic("sni/deny", [deny(when("connection.sni", ["other.example"]))], asked)
    yield Topic("sni/deny without", [deny(when("connection.sni", but=["httpbin.*"]))], asked)
    raw = [connect(peer=cert(), sni=name) for name in names] + [connect(tls="other", sni=names[2]), connect()]
    yield Topic("sni/tcp", [allow(both(operation(ports=["9000"]), when("connection.sni", ["httpbin.*"])))], raw)
