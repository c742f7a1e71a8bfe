from __future__ import annotations

from ztdsl.checks.place import place_of, supposed
from ztdsl.checks.ports import container_ports, named_ports, ports_of
from ztdsl.istio.kinds import AuthorizationPolicy, Condition, Meta, Operation, Rule, Selector, TargetRef
from ztdsl.manifests import KnownPort, KnownWorkload
from ztdsl.traffic.request import Proxy

META = Meta("p", "shop", ())
PORTS = (KnownPort(8080, 80, "http", "http"), KnownPort(9000, None, None, "tcp"), KnownPort(9001))


def _supposed(labels: dict[str, str] | None = None, *references: TargetRef) -> tuple[Proxy, dict[str, str], str | None]:
    selector = None if labels is None else Selector(tuple(labels.items()))
    place = supposed(AuthorizationPolicy(META, selector, references, "ALLOW", None, ()), "shop")
    return place.proxy, dict(place.labels), place.service


def test_a_supposed_workload_has_what_the_object_asks_for() -> None:
    """Labels of gateways make it one, and a reference leads to a gateway or to a waypoint."""
    gateway = {"gateway.networking.k8s.io/gateway-name": "edge"}

    assert _supposed({"app": "orders"}) == (Proxy.SIDECAR, {"app": "orders"}, None)
    assert _supposed({"istio": "ingressgateway"}) == (Proxy.GATEWAY, {"istio": "ingressgateway"}, None)
    assert _supposed(None, TargetRef("gateway.networking.k8s.io", "Gateway", "edge")) == (Proxy.GATEWAY, gateway, None)
    assert _supposed(None, TargetRef("", "Service", "orders")) == (Proxy.WAYPOINT, {}, "orders")


def test_ports_of_a_known_workload() -> None:
    """By what serves them, and by the port of the Service in front."""
    place = place_of(KnownWorkload("shop", "orders", {}, PORTS, None, "service"))

    assert list(ports_of(place)) == [8080, 9000, 9001]
    assert list(ports_of(place, "tcp")) == [9000]
    assert container_ports(place, 80) == [8080]
    assert place.words == "`shop/orders`"
    assert place_of(KnownWorkload("shop", "edge", {}, (), None, "gateway")).proxy is Proxy.GATEWAY


def test_ports_that_a_rule_names() -> None:
    """In operations and in conditions."""
    rule = Rule((), (Operation(ports=("80", "81")),), (Condition("destination.port", ("82",)),))

    assert named_ports(rule) == [80, 81, 82]
