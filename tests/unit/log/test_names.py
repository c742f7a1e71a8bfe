"""`ztdsl.log.names`."""

from __future__ import annotations

import pytest

from ztdsl.log.line import Direction
from ztdsl.log.names import Cluster, cluster_of, ip_of, port_of, rule_of, server_name_of, service_of
from ztdsl.traffic.decision import Decider


@pytest.mark.parametrize(
    ("text", "ip", "port"),
    [
        ("10.1.2.3:8080", "10.1.2.3", 8080),
        ("[2001:db8::1]:8080", "2001:db8::1", 8080),
        ("10.1.2.3:99999", "10.1.2.3", None),
        ("envoy://connect_originate/10.1.2.3:8080", None, 8080),
        ("@pipe", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_addresses_have_an_ip_and_a_port(text: str | None, ip: str | None, port: int | None) -> None:
    """An address with its port is taken apart; what is no IP address is none."""
    assert (ip_of(text), port_of(text)) == (ip, port)


@pytest.mark.parametrize(
    ("text", "cluster"),
    [
        ("inbound|8080||", Cluster(Direction.INBOUND, 8080, "")),
        ("outbound|80|v1|a.b.svc.cluster.local", Cluster(Direction.OUTBOUND, 80, "a.b.svc.cluster.local")),
        ("sideways|80||", None),
        ("inbound|8080|", None),
        ("PassthroughCluster", None),
        (None, None),
    ],
)
def test_clusters_say_where_they_lead(text: str | None, cluster: Cluster | None) -> None:
    """Istio's clusters have four parts; others say nothing."""
    assert cluster_of(text) == cluster


def test_server_names_of_the_mesh_name_the_service() -> None:
    """The server name that a sidecar asks for holds the Service's host and port; others say nothing."""
    found = server_name_of("outbound_.9080_._.reviews.books.svc.cluster.local")

    assert found == Cluster(Direction.OUTBOUND, 9080, "reviews.books.svc.cluster.local")
    assert service_of(found.host) == ("books", "reviews")
    assert server_name_of("shop.example.com") is None
    assert service_of("shop.example.com") is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ns[foo]-policy[httpbin]-rule[0]", Decider("AuthorizationPolicy", "foo", "httpbin", 0)),
        ("ns[foo]-policy[a-b.c]-rule[12]", Decider("AuthorizationPolicy", "foo", "a-b.c", 12)),
        ("istio-ext-authz-ns[foo]-policy[ext]-rule[1]", None),
        ("none", None),
        ("ns[foo]-policy[httpbin]-rule[x]", None),
        ("ns[foo]-policy[httpbin]-rule[0]x", None),
        (None, None),
    ],
)
def test_rules_go_by_istios_name(text: str | None, rule: Decider | None) -> None:
    """A rule is named by namespace, policy and number; the policies of other configuration are none of ours."""
    assert rule_of(text) == rule
