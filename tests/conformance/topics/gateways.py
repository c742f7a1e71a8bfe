"""Gateways: whose policies reach them, which address is the client's, and that they know no peers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.topics.addresses import FORWARDED, SOURCES
from tests.conformance.topics.shape import (
    ISSUER,
    Plain,
    Topic,
    Workload,
    allow,
    cert,
    claims,
    connect,
    deny,
    get,
    operation,
    peers,
    policy,
    source,
    tokens,
    when,
)

SPACE = "istio-ingress"
LABELS = {"istio": "ingress"}
NAME = "gateway.networking.k8s.io/gateway-name"
CLASSIC = Workload(namespace=SPACE, labels=LABELS, ports=((8080, "http"),), kind="gateway")
NAMED = Workload(namespace=SPACE, labels={**LABELS, NAME: "shop"}, ports=((8080, "http"),), kind="gateway")


def ref(name: str, kind: str = "Gateway", group: str = "gateway.networking.k8s.io") -> Plain:
    """A target reference."""
    return {"kind": kind, "group": group, "name": name}


def topics() -> Iterator[Topic]:
    """The classic kind, and the one that stands for an object of the Gateway API."""
    yield from _addresses()
    yield from _attachment()
    yield from _requests()
    yield from _secured()


def _addresses() -> Iterator[Topic]:
    asked = [get(headers=lines) for lines in FORWARDED]
    asked.append(get(remote_ip="203.0.113.7"))
    for trusted in (0, 1, 2):
        mesh = {"trusted_proxies": trusted}
        for block in ("1.1.1.1", "127.0.0.0/8", "203.0.113.0/24", "2.2.2.2"):
            documents = [allow(source(remoteIpBlocks=[block]), namespace=SPACE, selector=LABELS)]
            yield Topic(f"gateways/{trusted} trusted: {block}", documents, asked, mesh, CLASSIC)
        denied = [deny(when("remote.ip", ["1.1.1.1"]), namespace=SPACE)]
        yield Topic(f"gateways/{trusted} trusted: denied", denied, asked, mesh, CLASSIC)
    direct = [allow(source(ipBlocks=["127.0.0.7"]), namespace=SPACE)]
    yield Topic("gateways/direct", direct, [get(source_ip=each) for each in SOURCES], workload=CLASSIC)


def _attachment() -> Iterator[Topic]:
    asked = [get(), get("/a"), get("/a", method="POST"), get(token={"invalid": "expired"}), get(token=claims())]
    accepted = {"issuer": ISSUER}
    cases: dict[str, list[Plain]] = {
        "no policy": [],
        "selector": [allow(operation(paths=["/a"]), namespace=SPACE, selector=LABELS)],
        "other selector": [allow(namespace=SPACE, selector={"istio": "egress"})],
        "namespace": [allow(operation(methods=["POST"]), namespace=SPACE)],
        "mesh": [allow(operation(methods=["GET"]), namespace="istio-system")],
        "mesh and selector": [allow(namespace="istio-system", selector=LABELS)],
        "other namespace": [allow(namespace="foo", selector=LABELS)],
        "target": [allow(operation(paths=["/a"]), namespace=SPACE, targetRefs=[ref("shop")])],
        "old target": [allow(operation(paths=["/a"]), namespace=SPACE, targetRef=ref("shop"))],
        "other target": [allow(namespace=SPACE, targetRefs=[ref("mall")])],
        "target elsewhere": [allow(namespace="istio-system", targetRefs=[ref("shop")])],
        "two targets": [deny(operation(paths=["/a"]), namespace=SPACE, targetRefs=[ref("mall"), ref("shop")])],
        "class": [allow(namespace="istio-system", targetRefs=[ref("istio-waypoint", "GatewayClass")])],
        "service": [allow(namespace=SPACE, targetRefs=[ref("shop", "Service", "")])],
        "tokens by target": [tokens(accepted, namespace=SPACE, targetRefs=[ref("shop")])],
        "tokens by selector": [tokens(accepted, namespace=SPACE, selector={"matchLabels": LABELS})],
        "tokens required": [
            tokens(accepted, namespace=SPACE),
            allow(source(requestPrincipals=["*"]), namespace=SPACE, targetRefs=[ref("shop")]),
            deny(source(notRequestPrincipals=["*"]), namespace=SPACE, name="q", selector=LABELS),
        ],
        "strict": [peers("STRICT", namespace="istio-system"), peers("STRICT", namespace=SPACE)],
    }
    for name, documents in cases.items():
        yield Topic(f"gateways/classic, {name}", documents, asked, workload=CLASSIC)
        yield Topic(f"gateways/of the API, {name}", documents, asked, workload=NAMED)


def _requests() -> Iterator[Topic]:
    paths = ("/a/b", "/a//b", "/a/./b", "/a%2fb", "/a/../b", "/A/b", "/a/b?x", "/a\\b", "/a;x/b")
    hosts = ("shop.example.com", "shop.example.com:8080", "Shop.example.com", "example.com")
    asked = [get(path, host=hosts[0]) for path in paths] + [get("/a/b", host=host) for host in hosts]
    rules: dict[str, Plain] = {
        "path": operation(paths=["/a/b"]),
        "host": operation(hosts=["shop.example.com"]),
        "port": operation(ports=["8080"]),
        "port of the Service": operation(ports=["80"]),
        "principal": source(principals=["*"]),
        "not principal": source(notPrincipals=["*"]),
        "namespace": source(namespaces=["istio-system"]),
        "server name": when("connection.sni", ["*"]),
    }
    for name, rule in rules.items():
        yield Topic(f"gateways/allow {name}", [allow(rule, namespace=SPACE)], asked, workload=CLASSIC)
        yield Topic(f"gateways/deny {name}", [deny(rule, namespace=SPACE)], asked, workload=CLASSIC)
    tried = [allow(operation(paths=["/a/b"]), namespace=SPACE, dry_run="true")]
    yield Topic("gateways/dry run", tried, asked, workload=CLASSIC)
    custom = [policy("CUSTOM", operation(paths=["/a/b"]), namespace=SPACE, provider={"name": "nobody"})]
    yield Topic("gateways/unknown provider", custom, asked, workload=CLASSIC)
    for mode in ("none", "merge-slashes", "decode-and-merge-slashes"):
        documents = [deny(operation(paths=["/a/b"]), namespace=SPACE)]
        yield Topic(f"gateways/{mode}", documents, asked, {"path_normalization": mode}, CLASSIC)


def _secured() -> Iterator[Topic]:
    """Servers that terminate TLS, that ask for certificates, and that pass TLS through."""
    workload = Workload(SPACE, LABELS, ((8443, "https"), (9443, "mutual"), (15443, "tls")), "gateway")
    names = ("shop.example.com", "mall.example.com")
    asked = [get("/a", port=8443, tls="other", sni=name) for name in names]
    asked += [get("/a", port=9443, peer=cert(*who), sni=names[0]) for who in (("bar", "sleep"), ("x", "y"))]
    asked += [connect(15443, tls="other", sni=name) for name in names]
    cases: dict[str, list[Plain]] = {
        "no policy": [],
        "principal": [allow(source(principals=["cluster.local/ns/bar/sa/sleep"]), namespace=SPACE)],
        "not principal": [deny(source(notPrincipals=["*"]), namespace=SPACE)],
        "server name": [allow(when("connection.sni", ["shop.*"]), namespace=SPACE)],
        "path": [allow(operation(paths=["/a"]), namespace=SPACE)],
        "deny path": [deny(operation(paths=["/a"]), namespace=SPACE)],
        "ports": [allow(operation(ports=["8443", "15443"]), namespace=SPACE)],
        "strict": [peers("STRICT", namespace=SPACE)],
        "tokens": [
            tokens({"issuer": ISSUER}, namespace=SPACE),
            deny(source(notRequestPrincipals=["*"]), namespace=SPACE),
        ],
    }
    for name, documents in cases.items():
        yield Topic(f"gateways/secured, {name}", documents, asked, workload=workload)
