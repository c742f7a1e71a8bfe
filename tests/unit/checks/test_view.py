from __future__ import annotations

from collections.abc import Callable

from ztdsl.checks.place import Place
from ztdsl.checks.view import View
from ztdsl.traffic.request import Proxy

MODE = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{{selector}mtls: {{mode: {mode}}}{ports}}}
---"""
ORDERS = Place("shop", {"app": "orders"}, Proxy.SIDECAR)
SELECTOR = "selector: {matchLabels: {app: orders, version: v1}}, "


def _mode(mode: str, namespace: str = "shop", name: str = "default", selector: str = "", ports: str = "") -> str:
    return MODE.format(mode=mode, namespace=namespace, name=name, selector=selector, ports=ports)


Viewed = Callable[..., View]


def test_plaintext_is_accepted_by_default_and_not_where_a_mode_is_strict(viewed: Viewed) -> None:
    """The mesh's, the namespace's and the port's mode count, and a gateway has none."""
    assert viewed(_mode("STRICT", "web")).plaintext_port(ORDERS) == 8080
    assert viewed(_mode("STRICT", "istio-system")).plaintext_port(ORDERS) is None
    assert viewed(_mode("STRICT", "istio-system") + _mode("PERMISSIVE")).plaintext_port(ORDERS) == 8080
    assert viewed(_mode("PERMISSIVE")).plaintext_port(Place("shop", {}, Proxy.GATEWAY)) is None


def test_one_port_may_be_open_where_others_are_strict(viewed: Viewed) -> None:
    """Ports of the object are looked at, and only those that a rule is about."""
    own = "selector: {matchLabels: {app: orders}}, "
    view = viewed(_mode("STRICT", selector=own, ports=", portLevelMtls: {'9000': {mode: DISABLE}}"))

    assert view.plaintext_port(ORDERS) == 9000
    assert view.plaintext_port(ORDERS, [8080]) is None


def test_nothing_is_certain_where_further_labels_may_make_a_port_strict(viewed: Viewed) -> None:
    """Workloads that are only supposed may have labels that an object selects."""
    assert viewed(_mode("STRICT", selector=SELECTOR)).plaintext_port(ORDERS) is None


def test_an_object_applies_to_known_workloads_else_to_supposed_ones(viewed: Viewed) -> None:
    """The inventory counts where it knows one; a mesh-wide object is supposed to apply in each namespace."""
    text = _mode("STRICT", selector="selector: {matchLabels: {app: orders}}, ") + _mode("STRICT", "istio-system")
    inventory = "workloads: [{namespace: shop, name: orders, labels: {app: orders, version: v2}}]"

    assert [place.labels for place in viewed(text).places(0)] == [{"app": "orders"}]
    assert [place.namespace for place in viewed(text).places(1)] == ["shop"]
    assert [place.labels for place in viewed(text, inventory).places(0)] == [{"app": "orders", "version": "v2"}]
    assert viewed(text, inventory).selects(0)
    assert not viewed(text, inventory.replace("orders,", "other,")).selects(0)
