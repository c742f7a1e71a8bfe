"""Who may connect: the modes of PeerAuthentication, per mesh, namespace, workload and port."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.topics.shape import (
    Plain,
    Topic,
    Workload,
    allow,
    cert,
    connect,
    deny,
    get,
    peers,
    policy,
    source,
    tokens,
    when,
)

SERVED = Workload(ports=((8080, "http"), (9000, "tcp"), (9090, ""), (9443, "https")))
APP = {"app": "httpbin"}
MODES = ("STRICT", "PERMISSIVE", "DISABLE", "UNSET")
EARLY, LATE = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


def _asked() -> list[Plain]:
    ways: tuple[Plain, ...] = ({}, {"peer": cert()}, {"tls": "other"}, {"peer": cert("x", "y", "foreign")})
    asked = [get(**way) for way in ways] + [get(port=port) for port in (9090, 7777)]
    return asked + [connect(port, **way) for port in (9000, 9090, 9443, 7777) for way in ways]


def topics() -> Iterator[Topic]:
    """Every way to connect to every kind of port, then what policies say to callers without identity."""
    asked = _asked()
    for name, documents in {**_modes(), **_precedence(), **_ports()}.items():
        yield Topic(name, documents, asked, workload=SERVED)
    known = [allow(source(principals=["cluster.local/ns/bar/sa/sleep"]))]
    for mode in MODES[:3]:
        yield Topic(f"modes/{mode} and an allow", [peers(mode), *known], asked, workload=SERVED)
        refused = [peers(mode), deny(source(principals=["cluster.local/ns/bar/sa/sleep"]))]
        yield Topic(f"modes/{mode} and a deny", refused, asked, workload=SERVED)
        strangers = [peers(mode), allow(source(notNamespaces=["x"]))]
        yield Topic(f"modes/{mode} and all but", strangers, asked, workload=SERVED)
    named = [
        connect(port, sni="a.example", **way)
        for port in (9000, 9090, 7777)
        for way in ({"peer": cert()}, {"tls": "other"})
    ]
    for mode in MODES[:3]:
        asks = [peers(mode), allow(when("connection.sni", ["a.example"]))]
        yield Topic(f"modes/{mode} and a server name", asks, named, workload=SERVED)
        yield Topic(
            f"modes/{mode} and no server name",
            [peers(mode), deny(when("connection.sni", ["*"]))],
            named,
            workload=SERVED,
        )
    sniffed = [get(port=port, peer=peer) for port in (9090, 7777) for peer in (cert(), cert("x", "y", "foreign"))]
    for mode in MODES[:2]:
        yield Topic(f"modes/{mode}, sniffed", [peers(mode), *known], sniffed, workload=SERVED)
    yield from _attachment()


def _modes() -> dict[str, list[Plain]]:
    made: dict[str, list[Plain]] = {"modes/none": []} | {f"modes/namespace {mode}": [peers(mode)] for mode in MODES}
    made |= {f"modes/mesh {mode}": [peers(mode, namespace="istio-system")] for mode in MODES}
    made |= {f"modes/workload {mode}": [peers(mode, selector=APP)] for mode in MODES}
    return made | {"modes/no mode": [peers(None)]}


def _precedence() -> dict[str, list[Plain]]:
    mesh = peers("STRICT", name="mesh", namespace="istio-system")
    return {
        "precedence/namespace over mesh": [mesh, peers("PERMISSIVE")],
        "precedence/unset inherits mesh": [mesh, peers("UNSET")],
        "precedence/workload over namespace": [mesh, peers("DISABLE"), peers("STRICT", name="w", selector=APP)],
        "precedence/workload unset": [peers("STRICT"), peers("UNSET", name="w", selector=APP)],
        "precedence/other workload": [peers("STRICT", selector={"app": "other"})],
        "precedence/selector in the root": [peers("STRICT", namespace="istio-system", selector=APP)],
        "precedence/other namespace": [peers("STRICT", namespace="bar")],
        "precedence/empty selector": [peers("STRICT", selector={})],
        "precedence/oldest of a namespace": [
            peers("PERMISSIVE", name="a", created=LATE),
            peers("STRICT", name="b", created=EARLY),
        ],
        "precedence/oldest of a workload": [
            peers("PERMISSIVE", name="a", created=LATE, selector=APP),
            peers("STRICT", name="b", created=EARLY, selector={"version": "v1"}),
        ],
        "precedence/same age": [
            peers("PERMISSIVE", name="b", created=EARLY),
            peers("STRICT", name="a", created=EARLY),
        ],
    }


def _ports() -> dict[str, list[Plain]]:
    return {
        "port modes/one open": [peers("STRICT", selector=APP, ports={8080: "PERMISSIVE"})],
        "port modes/one plain": [peers("STRICT", selector=APP, ports={8080: "DISABLE", 9000: "DISABLE"})],
        "port modes/one strict": [peers("PERMISSIVE", selector=APP, ports={9000: "STRICT"})],
        "port modes/unset": [peers("STRICT", selector=APP, ports={8080: "UNSET"})],
        "port modes/not of a Service": [peers("PERMISSIVE", selector=APP, ports={7777: "STRICT"})],
        "port modes/not of a Service, open": [peers("STRICT", selector=APP, ports={7777: "DISABLE"})],
        "port modes/inherited": [peers("STRICT"), peers(None, name="w", selector=APP, ports={9090: "PERMISSIVE"})],
        "port modes/younger is ignored": [
            peers("PERMISSIVE", name="a", created=EARLY, selector=APP, ports={8080: "STRICT"}),
            peers("STRICT", name="b", created=LATE, selector=APP, ports={9000: "STRICT"}),
        ],
    }


def _attachment() -> Iterator[Topic]:
    asked = [get(), get(peer=cert()), get("/x"), connect(), connect(peer=cert())]
    nothing = "attachment/"
    gateway = [{"kind": "Gateway", "group": "gateway.networking.k8s.io", "name": "httpbin"}]
    service = [{"kind": "Service", "group": "", "name": "httpbin"}]
    cases: dict[str, list[Plain]] = {
        "selector": [allow(selector=APP)],
        "two labels": [allow(selector={"app": "httpbin", "version": "v1"})],
        "wrong value": [allow(selector={"app": "httpbin", "version": "v2"})],
        "wrong label": [allow(selector={"name": "httpbin"})],
        "empty value": [allow(selector={"app": ""})],
        "empty selector": [allow(selector={})],
        "namespace": [allow()],
        "other namespace": [allow(namespace="bar")],
        "root": [allow(namespace="istio-system")],
        "root and selector": [allow(namespace="istio-system", selector=APP)],
        "root and other selector": [allow(namespace="istio-system", selector={"app": "other"})],
        "target a gateway": [allow(targetRefs=gateway)],
        "target a service": [deny({}, targetRefs=service)],
        "tokens by selector": [
            tokens({"issuer": "https://issuer.example.com"}, selector={"matchLabels": APP}),
            allow(source(requestPrincipals=["*"])),
        ],
        "tokens of others": [
            tokens({"issuer": "https://issuer.example.com"}, selector={"matchLabels": {"app": "other"}}),
        ],
        "audit and allow": [policy("AUDIT", {}, name="a"), allow(name="b", selector={"app": "other"})],
    }
    more = [get(token={"invalid": "expired"}), get(token={"iss": "https://issuer.example.com", "sub": "a"})]
    for name, documents in cases.items():
        yield Topic(nothing + name, documents, [*asked, *more])
    labels = Workload(labels={"app": ""})
    yield Topic("attachment/label without value", [allow(selector={"app": ""})], asked, workload=labels)
    moved = {"root_namespace": "mesh-config"}
    yield Topic("attachment/other root", [allow(namespace="mesh-config")], asked, moved)
    yield Topic("attachment/no root any more", [allow(namespace="istio-system")], asked, moved)
    rooted = Workload(namespace="istio-system")
    yield Topic(
        "attachment/workload in the root", [allow(namespace="istio-system", selector=APP)], asked, workload=rooted
    )
    strict = [peers("STRICT", namespace="istio-system", selector=APP)]
    yield Topic("attachment/mode in the root", strict, asked, workload=rooted)
