from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ztdsl.istio.evaluate.attachment import Attachments
from ztdsl.istio.evaluate.ztunnel import decide_l4
from ztdsl.istio.kinds import (
    AuthorizationPolicy,
    Condition,
    Manifest,
    Meta,
    Operation,
    PeerAuthentication,
    Rule,
    Selector,
    Source,
)
from ztdsl.traffic.decision import Decider, Decision
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain, Destination, Proxy, Request, Tls

MESH = Mesh(trust_domain_aliases=("old",), federated_trust_domains=("partner",))
PEER = "spiffe://cluster.local/ns/web/sa/front"
EVERYTHING = Rule()


def policy(
    action: str, *rules: Rule, name: str = "p", namespace: str = "shop", dry_run: str | None = None
) -> AuthorizationPolicy:
    """A policy of the whole namespace."""
    annotations = () if dry_run is None else (("istio.io/dry-run", dry_run),)
    return AuthorizationPolicy(Meta(name, namespace, (), annotations), None, (), action, None, rules)


def source(**fields: tuple[str, ...]) -> Rule:
    """A rule with one source."""
    return Rule(sources=(Source(**fields),))


def operation(**fields: tuple[str, ...]) -> Rule:
    """A rule with one operation."""
    return Rule(operations=(Operation(**fields),))


def when(key: str, *values: str, absent: tuple[str, ...] = ()) -> Rule:
    """A rule with one condition."""
    return Rule(conditions=(Condition(key, values, absent),))


def connect(peer: str | None = PEER, tls: Tls | None = None, port: int | None = 8080, **facts: Any) -> Request:
    """A connection to a workload behind ztunnel."""
    to = Destination("shop", {"app": "a"}, port, Chain.TCP, Proxy.ZTUNNEL, facts.pop("ip", None))
    return Request(to, peer, tls or (Tls.NONE if peer is None else Tls.MTLS), **facts)


def decide(manifests: list[Manifest], asked: Request) -> Decision:
    """What ztunnel does."""
    return decide_l4(Attachments(manifests, MESH).at(asked.to), asked, MESH)


def verdict(manifests: list[Manifest], asked: Request) -> str:
    """The verdict alone."""
    return decide(manifests, asked).verdict.value


def matches(rule: Rule, asked: Request) -> bool:
    """Whether an ALLOW of the rule lets the connection through."""
    return verdict([policy("ALLOW", rule)], asked) == "allow"


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        (EVERYTHING, True),
        (source(principals=("cluster.local/ns/web/sa/front",)), True),
        (source(principals=("spiffe://cluster.local/ns/web/sa/front",)), False),
        (source(principals=("cluster.local/*",)), True),
        (source(principals=("*/front",)), True),
        (source(principals=("*",)), True),
        (source(principals=("old/ns/web/sa/front",)), False),
        (source(principals=("Cluster.local/*",)), False),
        (source(not_principals=("*/back",)), True),
        (source(not_principals=("*",)), False),
        (source(namespaces=("web",)), True),
        (source(namespaces=("w*",)), True),
        (source(namespaces=("w*b",)), False),
        (source(not_namespaces=("web",)), False),
        (source(service_accounts=("web/front",)), True),
        (source(service_accounts=("front",)), False),
        (source(service_accounts=("shop/front",)), False),
        (source(not_service_accounts=("web/front",)), False),
        (source(namespaces=("web",), not_principals=("*/front",)), False),
        (source(ip_blocks=("10.0.0.0/8",)), True),
        (source(ip_blocks=("10.1.2.4", "::/0")), False),
        (source(not_ip_blocks=("10.1.0.0/16",)), False),
        (operation(ports=("8080",)), True),
        (operation(ports=("08080",)), True),
        (operation(ports=("9090",)), False),
        (operation(not_ports=("8080",)), False),
        (when("source.namespace", "web"), True),
        (when("source.principal", "*/front", absent=("*/front",)), False),
        (when("source.ip", "10.1.2.3"), True),
        (when("destination.ip", "10.9.0.0/16"), True),
        (when("destination.ip", absent=("10.9.0.1",)), False),
        (when("destination.port", "8080"), True),
        (Rule(sources=(Source(namespaces=("x",)), Source(namespaces=("web",)))), True),
        (Rule(sources=(Source(namespaces=("web",)),), operations=(Operation(ports=("1",)),)), False),
        # What istiod leaves out leaves an empty match, which is false.
        (operation(ports=("http",)), False),
        (operation(ports=("70000",)), False),
        (source(ip_blocks=("nonsense", "10.0.0.0/99")), False),
        (source(ip_blocks=("nonsense", "10.0.0.0/8")), True),
        (source(trust_domains=("cluster.local",)), False),
        (source(trust_domains=("elsewhere",), namespaces=("web",)), True),
        (Rule(sources=(Source(),)), False),
        # What it cannot see takes the whole rule away.
        (operation(methods=("GET",)), False),
        (operation(ports=("8080",), methods=("GET",)), False),
        (operation(not_paths=("/x",)), False),
        (source(namespaces=("web",), remote_ip_blocks=("0.0.0.0/0",)), False),
        (Rule(sources=(Source(namespaces=("web",)), Source(request_principals=("*",)))), False),
        (when("remote.ip", "10.0.0.0/8"), False),
        (when("source.serviceAccount", "web/front"), False),
        (when("connection.sni", absent=("x",)), False),
    ],
)
def test_an_allowance_is_matched_by_what_ztunnel_sees(rule: Rule, holds: bool) -> None:
    """Identity, addresses and ports, with stars at one end."""
    assert matches(rule, connect(source_ip="10.1.2.3", ip="10.9.0.1")) is holds


@pytest.mark.parametrize(
    ("rule", "fires"),
    [
        (EVERYTHING, True),
        (operation(methods=("GET",)), False),
        (operation(ports=("8080",), methods=("GET",)), True),
        (operation(ports=("9090",), methods=("GET",)), False),
        (when("request.headers[x]", "y"), False),
        (Rule(sources=(Source(principals=("*/front",)),), operations=(Operation(methods=("GET",)),)), False),
        (Rule(operations=(Operation(methods=("GET",)), Operation(ports=("8080",)))), True),
        (source(namespaces=("web",), request_principals=("*",)), True),
        (source(not_namespaces=("web",)), False),
    ],
)
def test_a_denial_loses_what_ztunnel_does_not_see(rule: Rule, fires: bool) -> None:
    """It never fires where nothing is left, and fires more often where something is."""
    assert verdict([policy("DENY", rule)], connect()) == ("refused" if fires else "allow")


def test_plaintext_proves_nothing() -> None:
    """Tests of identity are false for it, and their opposites true."""
    plain = connect(None)
    assert not matches(source(principals=("*",)), plain)
    assert not matches(source(namespaces=("*",)), plain)
    assert not matches(source(service_accounts=("web/front",)), plain)
    assert matches(source(not_principals=("*",)), plain)
    assert matches(source(not_namespaces=("web",)), plain)


@pytest.mark.parametrize(
    ("peer", "accepted"),
    [
        (PEER, True),
        ("spiffe://old/ns/web/sa/front", False),
        ("spiffe://partner/ns/web/sa/front", False),
        ("spiffe://cluster.local/ns/web/sa/front/x", False),
        ("spiffe://cluster.local/web/front", False),
        ("cluster.local/ns/web/sa/front", False),
        (None, False),
    ],
)
def test_a_certificate_is_of_the_trust_domain_itself(peer: str | None, accepted: bool) -> None:
    """Its identity has five parts; a client without one proves none."""
    assert verdict([], connect(peer, Tls.MTLS)) == ("allow" if accepted else "refused")


def test_strict_refuses_what_has_no_identity() -> None:
    """Whatever TLS the application speaks; what decides is named."""
    strict = PeerAuthentication(Meta("default", "shop", ()), None, "STRICT")
    found = decide([strict], connect(None))
    assert found.decided_by == Decider("PeerAuthentication", "shop", "default")
    assert verdict([strict], connect(None, Tls.OTHER)) == "refused"
    assert verdict([strict], connect()) == "allow"
    assert verdict([replace(strict, mtls="DISABLE")], connect(None)) == "allow"


def test_a_mode_that_is_not_known_matters_to_plaintext_alone() -> None:
    """A client with an identity is accepted in every mode."""
    strict = PeerAuthentication(Meta("a", "shop", ()), None, "STRICT")
    either: list[Manifest] = [strict, PeerAuthentication(Meta("b", "shop", ()), None, "PERMISSIVE")]
    assert verdict(either, connect(None)) == "unknown"
    assert verdict(either, connect()) == "allow"


@pytest.mark.parametrize(
    ("manifests", "expected"),
    [
        ([], "allow"),
        ([policy("ALLOW")], "refused"),
        ([policy("DENY")], "allow"),
        ([policy("AUDIT", EVERYTHING)], "allow"),
        ([policy("CUSTOM", EVERYTHING)], "allow"),
        ([policy("DENY", EVERYTHING, dry_run="true")], "allow"),
        ([policy("ALLOW", dry_run="T")], "allow"),
        ([policy("ALLOW", dry_run="yes")], "refused"),
        ([policy("ALLOW", dry_run="false")], "refused"),
        ([policy("ALLOW", EVERYTHING), policy("DENY", EVERYTHING, name="q")], "refused"),
        ([policy("ALLOW"), policy("ALLOW", EVERYTHING, name="q", namespace="istio-system")], "allow"),
        ([replace(policy("DENY", EVERYTHING), selector=Selector((("app", "b"),)))], "allow"),
        ([replace(policy("DENY", EVERYTHING), selector=Selector(()))], "unknown"),
    ],
)
def test_denials_come_before_allowances(manifests: list[Manifest], expected: str) -> None:
    """AUDIT, CUSTOM and dry runs never reach ztunnel."""
    assert verdict(manifests, connect()) == expected


def test_what_decides_is_named() -> None:
    """The rule that matches, or why none is."""
    rules = policy("ALLOW", source(namespaces=("x",)), source(namespaces=("web",)))
    assert decide([rules], connect()).decided_by == Decider("AuthorizationPolicy", "shop", "p", 1)
    assert "no rule of them matches" in (decide([policy("ALLOW")], connect()).reason or "")
    assert "no ALLOW policy" in (decide([], connect()).reason or "")


@pytest.mark.parametrize(
    ("manifests", "asked", "fact"),
    [
        ([policy("ALLOW", source(ip_blocks=("10.0.0.0/8",)))], connect(), "source_ip"),
        ([policy("ALLOW", source(ip_blocks=("10.0.0.0/8",)))], connect(source_ip="x"), "source_ip, which is no"),
        ([policy("DENY", when("destination.ip", absent=("10.0.0.0/8",)))], connect(), "to.ip"),
        ([policy("DENY", operation(ports=("8080",)))], connect(port=None), "to.port"),
        ([policy("DENY", source(namespaces=("x",), ip_blocks=("10.0.0.0/8",)))], connect(), None),
        ([policy("ALLOW", source(ip_blocks=("10.0.0.0/8",)), EVERYTHING)], connect(), None),
        ([policy("DENY", operation(ports=("1",))), policy("ALLOW", name="q")], connect(port=None), None),
        (
            [policy("DENY", Rule(sources=(Source(namespaces=("x",)),), operations=(Operation(ports=("1",)),)))],
            connect(port=None),
            None,
        ),
    ],
)
def test_a_lacking_fact_matters_only_where_the_verdict_depends_on_it(
    manifests: list[Manifest], asked: Request, fact: str | None
) -> None:
    """The reason names it."""
    found = decide(manifests, asked)
    assert (found.verdict.value == "unknown") is (fact is not None)
    assert fact is None or fact in (found.reason or "")
