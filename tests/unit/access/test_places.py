"""The workloads that an object concerns, and the ports at which to look."""

from __future__ import annotations

from tests.unit.access.shop import FRONTEND, ORDERS, mode, plain, policy, rule
from ztdsl.access.places import Places, ports_of
from ztdsl.istio.kinds import Manifest
from ztdsl.manifests.known import KnownWorkload
from ztdsl.traffic.mesh import DataPlane, Mesh
from ztdsl.traffic.request import Chain, Proxy


def names(manifest: Manifest, workloads: list[KnownWorkload] | None) -> list[str]:
    """The places of one object by name."""
    places = Places([manifest], Mesh(), workloads, None)
    return [f"{place.namespace}/{place.name}" for place in places.concerned([manifest])]


def test_a_selector_finds_its_workloads() -> None:
    """Those of the inventory, or one with just its labels where there is none."""
    assert names(policy(), [ORDERS, FRONTEND]) == ["shop/orders"]
    assert names(policy(), [FRONTEND]) == ["shop/orders"]
    labels = {"app": "orders", "version": "v2"}
    assert names(policy(selector={"matchLabels": labels}), [ORDERS]) == ["shop/app=orders,version=v2"]


def test_an_object_without_a_selector() -> None:
    """Every workload of its namespace, and one that nobody listed; in the root namespace those of all."""
    assert names(mode("STRICT"), [ORDERS, FRONTEND]) == ["shop/orders", "shop/any other workload"]
    root = plain("PeerAuthentication", "default", {}, "istio-system")
    assert names(root, [ORDERS, FRONTEND]) == [
        "shop/orders",
        "web/frontend",
        "any-other-namespace/any workload of other namespaces",
        "istio-system/any other workload",
    ]


def test_what_enforces_policies() -> None:
    """Gateways by their kind or by their labels, ztunnel in an ambient mesh."""
    gateway = KnownWorkload("shop", "front", {"app": "front"}, kind="gateway")
    labelled = policy(selector={"matchLabels": {"istio": "ingressgateway"}})
    assert [each.proxy for each in Places([], Mesh(), [gateway], None).known] == [Proxy.GATEWAY]
    assert [each.proxy for each in Places([labelled], Mesh(), None, None).known] == [Proxy.GATEWAY]
    ambient = Places([], Mesh(data_plane=DataPlane.AMBIENT), [ORDERS], None)
    assert [each.proxy for each in ambient.known] == [Proxy.ZTUNNEL]


def test_ports() -> None:
    """Declared ones, those that objects name, and one that nobody names."""
    (place,) = Places([], Mesh(), [ORDERS], None).known
    both = (Chain.HTTP, Chain.TCP)
    assert place.looked_at([9000]) == [(8080, (Chain.HTTP,)), (9000, both), (7777, both)]
    named = [
        policy({**rule(["a/b"]), "to": [{"operation": {"ports": ["1", "x"]}}]}),
        policy({"when": [{"key": "destination.port", "notValues": ["2"]}]}),
        plain(
            "PeerAuthentication",
            "p",
            {"selector": {"matchLabels": {"app": "orders"}}, "portLevelMtls": {"3": {"mode": "DISABLE"}}},
        ),
    ]
    assert ports_of(named) == [1, 2, 3]
