"""Who can be called by name, and what is known of the gateways among them."""

from __future__ import annotations

import pytest

from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.kinds import AuthorizationPolicy, Meta, Rule, Source
from ztdsl.scenario.cast import Actor, Cast, Door
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain, Destination, Http, Proxy, Request, Tls

DOOR = Door(8443, ("https",), Chain.HTTP)
FORWARDED = {"x-forwarded-for": ("198.51.100.1, 203.0.113.9",)}


def gateway(name: str, proxies: int | None, **labels: str) -> Actor:
    """A gateway of the namespace `edge`."""
    return Actor("edge", name, labels, name, (DOOR,), Proxy.GATEWAY, proxies)


CAST = Cast(
    [
        gateway("one", 1, app="one"),
        gateway("two", 2, app="two"),
        gateway("plain", None, app="plain"),
        Actor("edge", "service", {"app": "service"}, "service", (DOOR,), Proxy.SIDECAR, None),
    ],
    "cluster.local",
    "the policy declares",
)


def to(labels: dict[str, str] | None, proxy: Proxy = Proxy.GATEWAY, proxies: int | None = None) -> Destination:
    """A port of the namespace `edge`."""
    return Destination("edge", labels, 8443, Chain.HTTP, proxy, trusted_proxies=proxies)


def asked(where: Destination, remote_ip: str | None = None, *, is_forwarded: bool = True) -> Request:
    """A request from somewhere outside."""
    http = Http("GET", "/", None, FORWARDED if is_forwarded else {})
    return Request(where, None, Tls.NONE, "192.0.2.7", remote_ip, http=http)


@pytest.mark.parametrize(("name", "proxies"), [("one", 1), ("two", 2), ("plain", None), ("service", None)])
def test_a_destination_by_name_has_its_gateway_s_proxies(name: str, proxies: int | None) -> None:
    """Where the gateway says how many; else the mesh does."""
    assert CAST.destination(f"edge/{name}", Chain.HTTP).trusted_proxies == proxies


@pytest.mark.parametrize(
    ("request_", "proxies"),
    [
        (asked(to({"app": "one"})), 1),
        (asked(to({"app": "two", "pod": "x"})), 2),
        (asked(to({"app": "plain"})), None),
        (asked(to({"app": "one"}, proxies=3)), 3),
        (asked(to({"app": "other"})), None),
        (asked(to(None)), None),
        (asked(to({"app": "one"}, Proxy.SIDECAR)), None),
        (asked(to({"app": "one"}), "203.0.113.9"), None),
        (asked(to({"app": "one"}), is_forwarded=False), None),
        (Request(to({"app": "one"}), None, Tls.NONE), None),
    ],
)
def test_a_request_by_labels_gets_its_gateway_s_proxies_where_they_matter(
    request_: Request, proxies: int | None
) -> None:
    """They matter where the header is there and the client's address is not given."""
    assert CAST.with_proxies(request_).to.trusted_proxies == proxies


def test_pods_of_gateways_that_differ_keep_what_the_mesh_says() -> None:
    """Which of them it is is not known."""
    cast = Cast([gateway("one", 1, app="a"), gateway("two", 2, tier="b")], "cluster.local", "the policy declares")
    assert cast.with_proxies(asked(to({"app": "a", "tier": "b"}))).to.trusted_proxies is None
    assert cast.with_proxies(asked(to({"app": "a"}))).to.trusted_proxies == 1


@pytest.mark.parametrize(("proxies", "expected"), [(None, "deny"), (0, "deny"), (1, "allow"), (2, "deny")])
def test_the_evaluator_believes_the_proxies_of_the_destination(proxies: int | None, expected: str) -> None:
    """The mesh's number is only the default."""
    rule = Rule(sources=(Source(remote_ip_blocks=("203.0.113.0/24",)),))
    evaluator = Evaluator([AuthorizationPolicy(Meta("p", "edge", ()), None, (), "ALLOW", None, (rule,))], Mesh())
    assert evaluator.decide(asked(to({"app": "one"}, proxies=proxies))).verdict.value == expected
    assert evaluator.decide(asked(to({"app": "one"}))).verdict.value == "deny"
