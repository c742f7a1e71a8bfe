"""What is said of changes that people make."""

from __future__ import annotations

import pytest

from tests.unit.access.shop import ISSUER, JWT, ORDERS, change, mode, plain, policy, rule, tokens, told
from ztdsl.access import access_change
from ztdsl.istio.kinds import Manifest
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.mesh import DataPlane, Mesh

BASE = rule(["web/ui", "web/admin"], ["GET", "POST"], ["/orders", "/orders/*"])
KEY = ("AuthorizationPolicy", "shop", "orders")


def user(**values: list[str]) -> dict[str, object]:
    """A rule for tokens of the issuer with claims."""
    return {
        "from": [{"source": {"requestPrincipals": [f"{ISSUER}/*"]}}],
        "when": [{"key": f"request.auth.claims[{name}]", "values": each} for name, each in values.items()],
    }


def test_a_caller_that_is_taken_out_loses_its_requests() -> None:
    """It is named, with what it asked for, and with a request of it."""
    found = change([policy(BASE)], [policy(rule(["web/ui"], ["GET", "POST"], ["/orders", "/orders/*"]))])
    assert found.classed == "narrowed"
    (effect,) = found.effects
    assert (effect.kind, effect.callers, effect.what) == ("closes", "`web/admin`", "GET, POST /orders, /orders/*")
    assert effect.witness.peer == "spiffe://cluster.local/ns/web/sa/admin"
    assert (effect.before.verdict, effect.after.verdict) == (Verdict.ALLOW, Verdict.DENY)
    assert effect.caused_by == (KEY,)
    assert effect.workload == ("shop", (("app", "orders"),))
    assert effect.port is None


def test_callers_are_called_by_the_names_of_their_workloads() -> None:
    """A service account that a known workload runs as is that workload."""
    found = change([policy(rule(["web/admin"]))], [policy(rule(["web/admin", "web/ui"]))])
    assert ("opens", "`web/frontend`", "any request") in told(found)


def test_requests_that_are_added_and_taken_away() -> None:
    """A path more and a method less: one opens for all callers, the other closes; what opens comes first."""
    after = rule(["web/ui", "web/admin"], ["GET"], ["/orders", "/orders/*", "/health"])
    found = change([policy(BASE)], [policy(after)])
    assert found.classed == "both"
    assert told(found) == [
        ("opens", "`web/frontend`, `web/admin`", "GET /health"),
        ("closes", "`web/frontend`, `web/admin`", "POST /orders, /orders/*"),
    ]


def test_a_first_allow_policy_closes_what_it_does_not_name() -> None:
    """All others lose everything, and those that are named all but what the rule says."""
    found = change([], [policy(BASE)])
    assert found.classed == "narrowed"
    assert told(found)[:3] == [
        ("closes", "anyone but `web/frontend`, `web/admin`", "any request"),
        ("closes", "`web/frontend`, `web/admin`", "use any method but GET, POST"),
        ("closes", "`web/frontend`, `web/admin`", "GET, POST any path but /orders, /orders/*"),
    ]


def test_a_deny_rule_closes_only_what_was_open() -> None:
    """It is told of the callers that lose something, not of all that it denies."""
    deny = policy({"to": [{"operation": {"paths": ["/orders/admin*"]}}]}, action="DENY", name="no-admin")
    found = change([policy(BASE)], [policy(BASE), deny])
    assert told(found) == [("closes", "`web/frontend`, `web/admin`", "GET, POST /orders/admin*")]
    assert found.effects[0].caused_by == (("AuthorizationPolicy", "shop", "no-admin"),)


def test_two_objects_that_open_the_same_for_different_callers() -> None:
    """The callers are told together, and both objects are named, though one request shows it."""
    two = [policy(rule(["batch/jobs"]), name="first"), policy(rule(["ops/tools"]), name="second")]
    found = change([policy(BASE)], [policy(BASE), *two])
    assert told(found)[0] == ("opens", "`batch/jobs`, `ops/tools`", "any request")
    assert found.effects[0].caused_by == (
        ("AuthorizationPolicy", "shop", "first"),
        ("AuthorizationPolicy", "shop", "second"),
    )
    assert change([policy(BASE), *two], [policy(BASE)]).effects[0].caused_by == found.effects[0].caused_by


def test_two_objects_that_open_the_same_for_the_same_caller() -> None:
    """Each of them opens it, and it stays open while either is there."""
    two = [policy(rule(["batch/jobs"]), name=name) for name in ("first", "second")]
    found = change([policy(BASE)], [policy(BASE), *two])
    assert [name for _, _, name in found.effects[0].caused_by] == ["first", "second"]


def test_plaintext_that_a_mode_lets_in() -> None:
    """From STRICT to PERMISSIVE, clients without an identity are let in where no rule keeps them out."""
    found = change([mode("STRICT")], [mode("PERMISSIVE")])
    assert found.classed == "widened"
    assert ("opens", "clients without an identity", "any request") in told(found)
    closed = change([mode("STRICT"), policy(BASE)], [mode("PERMISSIVE"), policy(BASE)])
    assert told(closed) == []
    assert told(closed, "shop/any other workload") != []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([tokens(JWT), policy(user(role=["admin"]))], [tokens(JWT), policy(user(role=["admin", "support"]))], "role"),
        ([policy(user())], [tokens(JWT), policy(user())], "a token of https://auth.example.com for shop"),
        ([tokens(JWT)], [], "a token that does not verify"),
        (
            [tokens(JWT), policy(user())],
            [tokens({**JWT, "audiences": ["shop", "ledger"]}), policy(user())],
            "for ledger",
        ),
    ],
)
def test_tokens_that_are_accepted_now(before: list[Manifest], after: list[Manifest], expected: str) -> None:
    """Claims, issuers, audiences, and a RequestAuthentication that is gone."""
    found = change(before, after)
    assert found.classed == "widened"
    assert any(expected in effect.callers for effect in found.effects)


def test_every_value_of_a_claim_is_told() -> None:
    """Two roles, or two users, that one rule lets in open as much as each other."""
    roles = change([tokens(JWT), policy(BASE)], [tokens(JWT), policy(BASE, user(role=["admin", "support", "audit*"]))])
    assert any(
        callers.endswith("with a token of https://auth.example.com for shop, role admin or support or audit*")
        for _, callers, _ in told(roles)
    )
    names = {"from": [{"source": {"requestPrincipals": [f"{ISSUER}/{name}" for name in "abcdef"]}}]}
    users = change([tokens(JWT), policy(BASE)], [tokens(JWT), policy(BASE, names)])
    assert any(
        callers.endswith("with a token of https://auth.example.com for shop, subject a or b or c or d or 2 more")
        for _, callers, _ in told(users)
    )


def test_that_a_refused_token_does_not_help_goes_without_saying() -> None:
    """Where a caller needs no token, effects speak of the caller and the request."""
    found = change([tokens(JWT), policy(BASE)], [tokens(JWT), policy(rule(["web/ui"], ["GET"], ["/orders"]))])
    assert all("token" not in callers for _, callers, _ in told(found))


def test_ports_that_nothing_names() -> None:
    """They are told as all others, by no number of their own, for requests and for connections."""
    named = policy({"to": [{"operation": {"ports": ["8080"]}}]})
    found = change([named], [policy({})])
    ports = [(each.port, each.is_other_port) for each in found.effects if each.name == "shop/orders"]
    assert ports == 2 * [(None, True)]


def test_other_parts_of_a_request() -> None:
    """Headers, hosts, addresses and server names are told as well."""
    one = policy({"when": [{"key": "request.headers[x-team]", "values": ["a"]}]})
    two = policy({"when": [{"key": "request.headers[x-team]", "values": ["a", "b"]}]})
    assert told(change([one], [two])) == [("opens", "anyone", "any request with header x-team: b")]
    one, two = (policy({"to": [{"operation": {"hosts": hosts}}]}) for hosts in (["a.example.com"], ["b.example.com"]))
    assert told(change([one], [two])) == [
        ("opens", "anyone", "any request at b.example.com"),
        ("closes", "anyone", "any request at a.example.com"),
    ]
    one, two = (policy({"from": [{"source": {"ipBlocks": [block]}}]}) for block in ("10.0.0.0/9", "10.0.0.0/8"))
    assert {kind for kind, _, _ in told(change([one], [two]))} == {"opens"}
    one, two = (
        policy({"when": [{"key": "connection.sni", "values": [name]}]}) for name in ("a.example.com", "*.example.com")
    )
    assert {kind for kind, _, _ in told(change([one], [two]))} == {"opens"}


def test_what_cannot_be_probed_is_unknown() -> None:
    """A condition on metadata of other filters that changes may change anything."""
    one, two = (
        policy({"when": [{"key": "experimental.envoy.filters.a[b]", "values": values}]}) for values in (["x"], ["y"])
    )
    found = change([one], [two])
    assert found.classed == "unknown"
    assert not found.effects
    assert "experimental.envoy.filters.a[b]" in found.undecided[0]


def test_external_authorizers_are_unknown() -> None:
    """Whether an authorizer that is asked now lets requests through is not known."""
    asks = policy({}, action="CUSTOM", provider={"name": "opa"})
    found = change([], [asks])
    assert found.classed == "unknown"
    assert "external authorizer" in found.undecided[0]


def test_what_means_the_same_is_the_same() -> None:
    """Labels, the order of values and of objects, a rule in two halves, and a policy that is only tried."""
    halves = [rule([who], ["GET", "POST"], ["/orders", "/orders/*"]) for who in ("web/ui", "web/admin")]
    assert change([policy(BASE)], [policy(*halves)]).classed == "same"
    tried = plain(
        "AuthorizationPolicy", "try", {"rules": [{}]}, annotations={"istio.io/dry-run": "true"}, labels={"a": "b"}
    )
    assert change([policy(BASE)], [tried, policy(BASE)]).classed == "same"
    assert change([policy(BASE, name="other")], [policy(BASE)]).classed == "same"


def test_a_new_peer_authentication_is_younger_than_those_that_are_there() -> None:
    """Of two for one namespace the oldest counts, so that the new one changes nothing."""
    old = mode("STRICT", creationTimestamp="2026-01-01T00:00:00Z")
    new = plain("PeerAuthentication", "a", {"mtls": {"mode": "PERMISSIVE"}})
    wanted = mode("STRICT")
    assert change([old], [new, wanted]).classed == "same"


def test_ports_are_told_apart() -> None:
    """A rule about one port concerns that port alone."""
    one, two = (
        policy({**rule(accounts), "to": [{"operation": {"ports": ["8080"]}}]})
        for accounts in (["web/ui"], ["web/ui", "web/admin"])
    )
    (effect,) = (each for each in change([one], [two]).effects if each.witness.http is not None)
    assert (effect.port, effect.callers) == (8080, "`web/admin`")


def test_without_an_inventory_workloads_are_supposed() -> None:
    """A workload has the labels that an object selects."""
    found = access_change([policy(BASE)], [policy(rule(["web/ui"]))], Mesh(), None, None)
    assert {effect.name for effect in found.effects} == {"shop/orders"}


def test_a_policy_of_the_root_namespace_concerns_every_workload() -> None:
    """Known ones, and those of namespaces that nobody names."""
    closed = plain("AuthorizationPolicy", "allow-nothing", {}, "istio-system")
    names = {effect.name for effect in change([], [closed]).effects}
    assert {"shop/orders", "web/frontend", "any-other-namespace/any workload of other namespaces"} <= names


def test_waypoints_and_gateways_by_reference() -> None:
    """Objects with references apply to what they name."""
    ref = {"group": "", "kind": "Service", "name": "orders"}
    one, two = (policy(rule(who), selector=None, targetRefs=[ref]) for who in (["web/ui"], ["web/ui", "web/admin"]))
    found = change([one], [two])
    assert {(each.name, each.callers) for each in found.effects} == {("shop/the waypoint of orders", "`web/admin`")}
    ref = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "front"}
    one, two = (
        policy({"to": [{"operation": {"methods": some}}]}, selector=None, targetRefs=[ref])
        for some in (["GET"], ["GET", "PUT"])
    )
    found = change([one], [two])
    assert [(each.name, each.what) for each in found.effects] == [("shop/front", "PUT")]


def test_connections_at_ztunnel() -> None:
    """In an ambient mesh the connections count."""
    mesh = Mesh(data_plane=DataPlane.AMBIENT)
    found = change([policy(rule(["web/ui"]))], [policy(rule(["web/ui", "web/admin"]))], mesh)
    assert found.classed == "widened"
    assert told(found) == [("opens", "`web/admin`", "connect")]


def test_the_mode_of_a_single_port_at_ztunnel() -> None:
    """A port that a PeerAuthentication names is looked at by itself, and no other port is reported with it."""
    mesh = Mesh(data_plane=DataPlane.AMBIENT)
    ports = {"mtls": {"mode": "PERMISSIVE"}, "selector": {"matchLabels": {"app": "orders"}}}
    strict, open_ = (
        plain("PeerAuthentication", "mode", {**ports, "portLevelMtls": {"7777": {"mode": mode}}})
        for mode in ("STRICT", "PERMISSIVE")
    )
    found = change([strict], [open_], mesh)
    assert [(each.kind, each.port) for each in found.effects] == [("opens", 7777)]


def test_a_mode_that_depends_on_ages_is_unknown() -> None:
    """Two PeerAuthentications whose ages nobody tells leave the mode open."""
    other = plain("PeerAuthentication", "other", {"mtls": {"mode": "PERMISSIVE"}})
    found = access_change([mode("STRICT")], [mode("STRICT"), other], Mesh(), [ORDERS], None)
    assert found.classed == "unknown"
    assert "oldest" in found.undecided[0]
