"""A request that passes a waypoint and then the ztunnel of the workload."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.istio.evaluate.cases import PEER, connection, operation, policy, request, source
from ztdsl.istio.evaluate import Evaluator, decide_in_turn
from ztdsl.istio.kinds import AuthorizationPolicy, Manifest, Meta, Rule, TargetRef
from ztdsl.traffic.decision import Decider, Decision
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Proxy, Request

WAYPOINT = "spiffe://cluster.local/ns/foo/sa/waypoint"


def at_waypoint(action: str, *rules: Rule, name: str = "w") -> AuthorizationPolicy:
    """A policy that the waypoint of a Service enforces."""
    return AuthorizationPolicy(Meta(name, "foo", ()), None, (TargetRef("", "Service", "a"),), action, None, rules)


def way(method: str = "GET", peer: str = PEER, port: int | None = 8080, host: str | None = None) -> list[Request]:
    """The request at the waypoint, and what comes of it at ztunnel: a connection of the waypoint."""
    first = request(method, peer=peer, host=host, proxy=Proxy.WAYPOINT, service="a")
    return [first, connection(peer=WAYPOINT, proxy=Proxy.ZTUNNEL, port=port)]


def decide(manifests: Sequence[Manifest], requests: Sequence[Request]) -> Decision:
    """What becomes of it."""
    return decide_in_turn(Evaluator(manifests, Mesh()), requests)


GET = operation(methods=("GET",))
OF_THE_WAYPOINT = source(principals=("cluster.local/ns/foo/sa/waypoint",))
OF_THE_CLIENT = source(principals=("cluster.local/ns/foo/sa/bar",))


def test_what_both_let_through_is_allowed_by_the_last() -> None:
    """The waypoint knows the client and the method, ztunnel the waypoint alone."""
    decision = decide([at_waypoint("ALLOW", GET), policy("ALLOW", OF_THE_WAYPOINT, name="z")], way())
    assert (decision.verdict, decision.decided_by) == ("allow", Decider("AuthorizationPolicy", "foo", "z", 0))


def test_an_allowance_of_the_client_at_ztunnel_refuses_the_waypoint() -> None:
    """Behind a waypoint the client's identity is gone."""
    manifests = [at_waypoint("ALLOW", GET), policy("ALLOW", OF_THE_CLIENT, name="z")]
    assert decide(manifests, way()).verdict == "refused"
    direct = connection(peer=PEER, proxy=Proxy.ZTUNNEL)
    assert decide(manifests, [direct]).verdict == "allow"


def test_the_first_refusal_decides() -> None:
    """What stands behind it is not reached."""
    manifests = [at_waypoint("ALLOW", GET), policy("DENY", Rule(), name="z")]
    decision = decide(manifests, way("POST"))
    assert (decision.verdict, decision.status) == ("deny", 403)
    assert decide(manifests, way()).verdict == "refused"


def test_what_is_not_known_before_is_not_known_behind() -> None:
    """Unless what stands behind it refuses for sure; then only the status is not known."""
    hosts = at_waypoint("ALLOW", operation(hosts=("shop.example.com",)))
    assert decide([hosts], way()).verdict == "unknown"
    assert "http.host" in (decide([hosts], way()).reason or "")
    decision = decide([hosts, policy("DENY", Rule(), name="z")], way())
    assert (decision.verdict, decision.status) == ("refused", None)
    decision = decide([at_waypoint("ALLOW", operation(hosts=("shop.example.com",)))], list(reversed(way())))
    assert decision.verdict == "unknown"


def test_a_status_behind_a_doubt_is_not_known() -> None:
    """The earlier point may have answered first."""
    doubt, sure = at_waypoint("ALLOW", operation(hosts=("shop.example.com",))), at_waypoint("DENY", GET, name="v")
    first = request(host=None, proxy=Proxy.WAYPOINT, service="a", namespace="foo")
    plain = policy("DENY", GET, name="s")
    decision = decide([doubt, plain], [first, request()])
    assert (decision.verdict, decision.status) == ("deny", None)
    assert decide([doubt, sure], [first]).status == 403


def test_of_two_doubts_the_first_is_said() -> None:
    """It is the one that the request meets."""
    manifests = [
        at_waypoint("ALLOW", operation(hosts=("shop.example.com",))),
        policy("ALLOW", operation(ports=("1",)), name="z"),
    ]
    decision = decide(manifests, way(port=None))
    assert (decision.verdict, "http.host" in (decision.reason or "")) == ("unknown", True)


def test_audited_rules_of_every_point_are_listed() -> None:
    """As far as the request comes."""
    manifests = [at_waypoint("AUDIT", GET), policy("ALLOW", OF_THE_WAYPOINT, name="z")]
    assert [each.name for each in decide(manifests, way()).audit] == ["w"]
    sidecar = [policy("AUDIT", GET, name="s")]
    assert [each.name for each in decide(sidecar, [request(), request()]).audit] == ["s", "s"]


def test_no_point_is_no_question() -> None:
    """Nothing would have been asked."""
    with pytest.raises(ValueError, match="one enforcement point"):
        decide([], [])
