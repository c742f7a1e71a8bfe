"""`ztdsl.log.ztunnel`."""

from __future__ import annotations

import json

import pytest

from ztdsl.log import Direction, Outcome, Unreadable
from ztdsl.log.ztunnel import is_ztunnel, read_ztunnel, read_ztunnel_json

REJECTED = "connection closed due to policy rejection: "
COMPLETE = (
    '2026-10-30T22:23:01.119792Z\terror\taccess\tconnection complete\tsrc.addr=10.217.0.2:44480 src.workload="web-1" '
    'src.namespace="web" src.identity="spiffe://cluster.local/ns/web/sa/frontend" dst.addr=10.217.0.248:15008 '
    'dst.hbone_addr=10.217.0.248:8080 dst.service="orders.shop.svc.cluster.local" dst.workload="orders-1" '
    'dst.namespace="shop" dst.identity="spiffe://cluster.local/ns/shop/sa/orders" direction="inbound" bytes_sent=0 '
    'bytes_recv=0 duration="0ms" error="{}"'
)


def test_a_connection_over_hbone_is_one_to_the_applications_port() -> None:
    """The port behind the tunnel counts, and both identities are known."""
    line = read_ztunnel(COMPLETE.format(REJECTED + "allow policies exist, but none allowed"))

    assert line.outcome is Outcome.DENIED
    assert line.is_unmatched
    assert line.direction is Direction.INBOUND
    assert line.identity == "spiffe://cluster.local/ns/web/sa/frontend"
    called = line.called
    assert (called.namespace, called.service, called.service_account, called.port) == ("shop", "orders", "orders", 8080)
    assert line.source_ip == "10.217.0.2"


@pytest.mark.parametrize(
    ("error", "outcome", "matched"),
    [
        (f"{REJECTED}explicitly denied by: shop/no-batch", Outcome.DENIED, "AuthorizationPolicy"),
        (f"{REJECTED}explicitly denied by: istio-system/istio_converted_static_strict", Outcome.REFUSED, None),
        (
            f"{REJECTED}explicitly denied by: shop/converted_peer_authentication_strict",
            Outcome.REFUSED,
            "PeerAuthentication",
        ),
        ("connection failed: timeout", Outcome.ELSEWHERE, None),
    ],
)
def test_errors_name_the_object(error: str, outcome: Outcome, matched: str | None) -> None:
    """A denial names its object; istiod's own policies of STRICT stand for PeerAuthentications."""
    line = read_ztunnel(COMPLETE.format(error))

    assert line.outcome is outcome
    assert (line.matched.kind if line.matched else None) == matched


def test_a_connection_without_certificate_says_so() -> None:
    """The identity of a caller that has none is left out."""
    text = COMPLETE.partition(" src.identity")[0] + ' dst.addr=10.0.0.1:8080 direction="inbound"'

    line = read_ztunnel(text)

    assert line.identity == ""
    assert line.outcome is Outcome.ALLOWED


def test_json_says_the_same() -> None:
    """The JSON form has the same fields under the same names."""
    plain = {
        "level": "error",
        "time": "2026-10-30T22:23:01.119792Z",
        "scope": "access",
        "message": "connection complete",
        "src.addr": "10.217.0.2:44480",
        "src.identity": "spiffe://cluster.local/ns/web/sa/frontend",
        "dst.addr": "10.217.0.248:15008",
        "dst.hbone_addr": "10.217.0.248:8080",
        "dst.service": "orders.shop.svc.cluster.local",
        "dst.workload": "orders-1",
        "dst.namespace": "shop",
        "dst.identity": "spiffe://cluster.local/ns/shop/sa/orders",
        "direction": "inbound",
        "bytes_sent": 0,
        "error": REJECTED + "allow policies exist, but none allowed",
    }

    assert read_ztunnel_json(json.dumps(plain).encode()) == read_ztunnel(COMPLETE.format(plain["error"]))


def test_other_lines_are_refused() -> None:
    """Lines of other scopes are none."""
    assert not is_ztunnel("2026-10-30T22:23:01.119792Z info xds:xds{id=1} received response")
    with pytest.raises(Unreadable):
        read_ztunnel("hello")
    with pytest.raises(Unreadable):
        read_ztunnel_json(b'{"scope": "xds"}')
