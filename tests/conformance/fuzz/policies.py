"""Random meshes and policies over small alphabets, each with its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.conformance.fuzz.ask import request
from tests.conformance.fuzz.dice import DOMAINS, NAMESPACES, Dice
from tests.conformance.topics.shape import ISSUER, OTHER_ISSUER, Plain, Topic, Workload, peers, policy, tokens

REQUESTS: Final = 20
"""Requests to each set of policies."""

_PORTS: Final = ("8080", "8081", "9000", "9090", "7777")
_PATHS: Final = (
    *("/", "/a", "/a/", "/a/b", "/ab", "/a/b/c", "/b", "/a*", "/a/*", "*/b", "*", "/*", "/A", "/a*b"),
    *("/{*}", "/a/{*}", "/a/{**}", "/{*}/b", "/{**}/c", "/a/{*}/c", "/{*}/{**}"),
)
_HOSTS: Final = ("a", "a.b", "*.b", "a.*", "*", "a.b:80", "A.B", "*b", "a.b:*")
_METHODS: Final = ("GET", "POST", "P*", "*T", "*", "get", "DELETE")
_WORDS: Final = ("a", "b", "ab", "ba", "a*", "*b", "*", "a b", "A", "a,b")
_BLOCKS: Final = (
    *("127.0.0.1", "127.0.0.0/30", "127.0.0.4/31", "127.0.0.9/8", "1.1.1.1", "1.0.0.0/8", "::1", "::/0"),
    *("0.0.0.0/0", "2.2.2.2", "10.0.0.0/8", "10.4.0.9"),
)
_NAME_PATTERNS: Final = ("*.b", "a.b", "outbound_*", "*", "A.b", "*b")
_CLAIMS: Final = ("[role]", "[groups]", "[scope]", "[o][k]", "[o.k]", "[sub]", "[iss]", "[aud]", "[x]")
_PARTS: Final = ("source", "operation", "condition")

Values = Callable[[Dice], list[str]]
_SOURCE_FIELDS: Final[Mapping[str, Values]] = {
    "principals": lambda dice: [dice.principal() for _ in range(dice.randint(1, 2))],
    "requestPrincipals": lambda dice: [dice.request_principal() for _ in range(dice.randint(1, 2))],
    "namespaces": lambda dice: dice.some((*NAMESPACES, "fo*", "*o", "f*o", "*")),
    "serviceAccounts": lambda dice: dice.some(("foo/a", "bar/a", "a", "foo/ab", "default", "istio-system/a")),
    "trustDomains": lambda dice: dice.some((*DOMAINS, "td*", "*td", "*")),
    "ipBlocks": lambda dice: dice.some(_BLOCKS),
    "remoteIpBlocks": lambda dice: dice.some(_BLOCKS),
}
_OPERATION_FIELDS: Final[Mapping[str, Values]] = {
    "hosts": lambda dice: dice.some(_HOSTS),
    "ports": lambda dice: dice.some(_PORTS),
    "methods": lambda dice: dice.some(_METHODS),
    "paths": lambda dice: dice.some(_PATHS, 3),
}
_CONDITIONS: Final[Mapping[str, Values]] = {
    "request.headers[x-a]": lambda dice: dice.some(_WORDS),
    "request.headers[X-B]": lambda dice: dice.some(_WORDS),
    "source.ip": lambda dice: dice.some(_BLOCKS),
    "remote.ip": lambda dice: dice.some(_BLOCKS),
    "source.namespace": lambda dice: dice.some((*NAMESPACES, "fo*", "*o")),
    "source.principal": lambda dice: [dice.principal() for _ in range(dice.randint(1, 2))],
    "source.serviceAccount": lambda dice: dice.some(("foo/a", "a", "foo/ab")),
    "source.trustDomain": lambda dice: dice.some((*DOMAINS, "td*", "*")),
    "request.auth.principal": lambda dice: [dice.request_principal()],
    "request.auth.audiences": lambda dice: dice.some(_WORDS),
    "request.auth.presenter": lambda dice: dice.some(_WORDS),
    "request.auth.claims": lambda dice: dice.some(_WORDS),
    "destination.ip": lambda dice: dice.some(("10.4.0.9", "10.4.0.0/16", "10.0.0.1", "::/0")),
    "destination.port": lambda dice: dice.some(_PORTS),
    "connection.sni": lambda dice: dice.some(_NAME_PATTERNS),
}
_APART: Final = frozenset({"principals", "namespaces"})
"""What one source must not name beside service accounts."""


def topics(seed: str, count: int, start: int = 0) -> Iterator[Topic]:
    """`count` sets of policies from number `start` on, each with its requests; the same for the same seed."""
    for number in range(start, start + count):
        dice = Dice(f"{seed}/{number}")
        workload = _workload(dice)
        documents = _documents(dice, workload)
        mesh = _mesh(dice)
        requests = [request(dice, workload, mesh) for _ in range(REQUESTS)]
        yield Topic(f"fuzz/{seed}/{number}", documents, requests, mesh, workload)


def _workload(dice: Dice) -> Workload:
    if dice.often(0.12):
        return Workload("foo", {"app": "httpbin", "version": "v1"}, ((8080, "http"),), "gateway")
    ports = ((8080, "http"), (8081, dice.choice(("http", "grpc"))), (9000, "tcp"), (9090, ""))
    return Workload(namespace=dice.choice(("foo", "foo", "foo", "istio-system")), ports=ports)


def _mesh(dice: Dice) -> dict[str, Any]:
    mesh: dict[str, Any] = {}
    if dice.often(0.5):
        mesh["path_normalization"] = dice.choice(("none", "base", "merge-slashes", "decode-and-merge-slashes"))
    if dice.often(0.5):
        mesh["trust_domain"] = dice.choice(("cluster.local", "td1"))
        mesh["trust_domain_aliases"] = dice.choice(([], ["old-td"], ["cluster.local"], ["td1", "old-td"]))
    if dice.often(0.3):
        mesh["trusted_proxies"] = dice.choice((1, 2))
    return mesh


def _documents(dice: Dice, workload: Workload) -> list[Plain]:
    policies = dice.choice((0, 1, 1, 2, 2, 2, 3, 4))
    made = [_policy(dice, f"p{number}", workload.namespace) for number in range(policies)]
    if dice.often(0.6):
        made += [_tokens(dice, f"jwt{number}", workload.namespace) for number in range(dice.randint(1, 2))]
    if dice.often(0.4):
        made += [_peers(dice, f"mode{number}", workload.namespace) for number in range(dice.randint(1, 3))]
    return made


def _scope(dice: Dice, namespace: str) -> tuple[str, dict[str, str] | None]:
    where = dice.choice((*(namespace,) * 5, "istio-system", "istio-system", "bar"))
    labels = ({"app": "httpbin"}, {"app": "httpbin", "version": "v1"}, {"version": "v1"}, {"version": "v2"})
    return where, dice.choice((*(None,) * 4, *labels))


def _policy(dice: Dice, name: str, namespace: str) -> Plain:
    action = dice.choice(("ALLOW", "ALLOW", "ALLOW", "DENY", "DENY", "AUDIT"))
    where, selector = _scope(dice, namespace)
    rules = [_rule(dice) for _ in range(dice.randint(0 if action != "DENY" else 1, 3))]
    trial = dice.choice((None, None, None, None, None, "true", "false")) if action != "AUDIT" else None
    return policy(action, *rules, name=name, namespace=where, selector=selector, dry_run=trial)


def _rule(dice: Dice) -> Plain:
    if dice.often(0.04):
        return {}
    parts = set(dice.some(_PARTS, dice.choice((1, 2, 2, 3))))
    rule: Plain = {}
    if "source" in parts:
        rule["from"] = [{"source": _source(dice)} for _ in range(dice.choice((1, 1, 2)))]
    if "operation" in parts:
        rule["to"] = [{"operation": _fields(dice, _OPERATION_FIELDS)} for _ in range(dice.choice((1, 1, 2)))]
    if "condition" in parts:
        rule["when"] = [_condition(dice) for _ in range(dice.choice((1, 1, 2)))]
    return rule


def _source(dice: Dice) -> Plain:
    fields = _fields(dice, _SOURCE_FIELDS)
    if {name.lower().removeprefix("not") for name in fields} >= {"serviceaccounts"}:
        apart = {name.lower() for name in _APART}
        fields = {name: each for name, each in fields.items() if name.lower().removeprefix("not") not in apart}
    return fields


def _fields(dice: Dice, fields: Mapping[str, Values]) -> Plain:
    made: Plain = {}
    for name in dice.some(list(fields), dice.choice((1, 1, 2))):
        values = fields[name](dice)
        if dice.often(0.75):
            made[name] = values
        if name not in made or dice.often(0.15):
            made[f"not{name[0].upper()}{name[1:]}"] = fields[name](dice)
    return made


def _condition(dice: Dice) -> Plain:
    key = dice.choice(list(_CONDITIONS))
    values = _CONDITIONS[key]
    condition: Plain = {"key": key if key != "request.auth.claims" else key + dice.choice(_CLAIMS)}
    if dice.often(0.75):
        condition["values"] = values(dice)
    if "values" not in condition or dice.often(0.2):
        condition["notValues"] = values(dice)
    return condition


def _tokens(dice: Dice, name: str, namespace: str) -> Plain:
    where, selector = _scope(dice, namespace)
    rules = []
    for _ in range(dice.choice((1, 1, 2))):
        rule: Plain = {"issuer": dice.choice((ISSUER, ISSUER, OTHER_ISSUER))}
        if dice.often(0.3):
            rule["audiences"] = dice.some(("a", "b", "https://a/"))
        if dice.often(0.3):
            rule["fromHeaders"] = [{"name": "x-token"}]
        if dice.often(0.3):
            rule["spaceDelimitedClaims"] = ["x", "role"]
        rules.append(rule)
    return tokens(*rules, name=name, namespace=where, **({"selector": {"matchLabels": selector}} if selector else {}))


def _peers(dice: Dice, name: str, namespace: str) -> Plain:
    where, selector = _scope(dice, namespace)
    modes = ("STRICT", "STRICT", "PERMISSIVE", "DISABLE", "UNSET")
    ports = {dice.choice((8080, 9000, 9090, 7777)): dice.choice(modes)} if selector and dice.often(0.5) else None
    created = f"2026-01-0{dice.randint(1, 3)}T00:00:00Z"
    mode = dice.choice((*modes, None))
    return peers(mode, name=name, namespace=where, selector=selector, ports=ports, created=created)
