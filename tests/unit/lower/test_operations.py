"""What is asked for: requests as `to` entries and conditions on headers; ports in each of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lower.compiled import (
    api,
    calls,
    documents,
    frontend,
    gateway,
    named,
    operations,
    orders,
    passthrough,
    policy_of,
    rules,
    shop,
    store,
    web,
)
from ztdsl import (
    Anyone,
    AnyRequest,
    Grpc,
    Header,
    Http,
    HttpPort,
    Prefix,
    Present,
    Rule,
    Service,
    Suffix,
    allow,
    allow_tcp,
    deny,
)


def _what(http: Any) -> Rule:
    return allow(frontend, to=orders.at(api), http=http, because="a")


@pytest.mark.parametrize(
    ("http", "operation"),
    [
        (AnyRequest(), {}),
        (Http(methods=["POST", "GET", "GET"]), {"methods": ["GET", "POST"]}),
        (Http(paths=["/b", "/a/*", "*.css", "/c/{*}"]), {"paths": ["*.css", "/a/*", "/b", "/c/{*}"]}),
        (Http(paths=["/a"], not_methods=["DELETE"]), {"notMethods": ["DELETE"], "paths": ["/a"]}),
        (Http(methods=["GET"], not_paths=["/a", "/a/*"]), {"methods": ["GET"], "notPaths": ["/a", "/a/*"]}),
    ],
)
def test_requests(http: Any, operation: dict[str, Any]) -> None:
    """Lists are sorted and each value comes once; the port is always named."""
    (rule,) = rules(_what(http))
    assert operations(rule) == [{"ports": ["8080"], **operation}]


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("Shop.example.com", ["shop.example.com", "shop.example.com:*"]),
        ("shop.example.com:8443", ["shop.example.com:8443"]),
        ("*.example.com", ["*.example.com", "*.example.com:80", "*.example.com:8080"]),
        ("*.example.com:81", ["*.example.com:81"]),
        ("[2001:db8::1]", ["[2001:db8::1]", "[2001:db8::1]:*"]),
        ("[2001:db8::1]:8443", ["[2001:db8::1]:8443"]),
    ],
)
def test_hosts_take_the_ports_that_clients_add(host: str, hosts: list[str]) -> None:
    """Istio compares a host as it is sent: any port behind a name, the known numbers behind a suffix."""
    (rule,) = rules(_what(Http(hosts=[host])))
    assert operations(rule) == [{"hosts": hosts, "ports": ["8080"]}]


def test_a_suffix_below_every_workload_takes_the_numbers_of_all_their_services() -> None:
    """Clients of different Services name different ports for one port of the pods."""
    other_api = HttpPort(8080, service=8000)
    ledger = Service("ledger", namespace=shop, service_account="ledger", ports=[other_api])
    rule = allow(frontend, to=shop.every(api), http=Http(hosts=["*.example.com"]), because="a")
    found = documents(policy_of([rule], services=[orders, frontend, gateway, ledger]))
    (operation,) = operations(named(found, "AuthorizationPolicy", "allow-every-workload")["rules"][0])
    assert operation["hosts"] == [f"*.example.com{port}" for port in ("", ":80", ":8000", ":8080")]


_SPELLINGS = ["shop.example.com", "shop.example.com.", "shop.example.com.:*", "shop.example.com:*"]


def test_refused_hosts_are_refused_in_every_spelling() -> None:
    """Neither a port nor the dot of a full name evades an exception or a denial; what is allowed gets no dot."""
    (excepted,) = rules(_what(Http(methods=["GET"], not_hosts=["shop.example.com"])))
    assert operations(excepted) == [{"notHosts": _SPELLINGS, "ports": ["8080"], "methods": ["GET"]}]
    denied = deny(Anyone(), to=orders.at(api), http=Http(hosts=["shop.example.com", "192.0.2.1"]), because="a")
    (rule,) = rules(denied, name="orders-deny")
    assert operations(rule) == [{"hosts": ["192.0.2.1", "192.0.2.1:*", *_SPELLINGS], "ports": ["8080"]}]


def test_requests_with_one_set_of_headers_share_a_rule() -> None:
    """Conditions belong to a whole rule, so requests are grouped by them and never lend them to each other."""
    blue = Header("X-Team", any_of=["blue", Prefix("b")])
    found = rules(_what([Http(paths=["/a"], headers=[blue]), Http(paths=["/b"], headers=[blue]), Http(paths=["/c"])]))
    assert [([each["paths"] for each in operations(rule)], rule.get("when")) for rule in found] == [
        ([["/c"]], None),
        ([["/a"], ["/b"]], [{"key": "request.headers[x-team]", "values": ["b*", "blue"]}]),
    ]


def test_header_tests_are_conditions() -> None:
    """Wanted and unwanted values of one header are one condition; two headers are two."""
    headers = [Header("b", any_of=[Present()], none_of=[Suffix("x")]), Header("A", none_of=[Present()])]
    (rule,) = rules(_what(Http(methods=["GET"], headers=headers)))
    assert rule["when"] == [
        {"key": "request.headers[a]", "notValues": ["*"]},
        {"key": "request.headers[b]", "values": ["*"], "notValues": ["*x"]},
    ]


def test_a_prefix_of_a_header_may_end_with_a_blank() -> None:
    """Envoy strips blanks around a whole value only."""
    (rule,) = rules(_what(Http(methods=["GET"], headers=[Header("authorization", any_of=[Prefix("Basic ")])])))
    assert rule["when"] == [{"key": "request.headers[authorization]", "values": ["Basic *"]}]


def test_grpc_calls_are_posts_to_a_path() -> None:
    """A service alone is all of its methods."""
    some = allow(frontend, to=orders.at(calls), http=Grpc("shop.v1.Orders", methods=["Put", "Get"]), because="a")
    every = allow(gateway, to=orders.at(calls), http=Grpc("shop.v1.Orders"), because="a")
    found = [operations(rule) for rule in rules(some, every)]
    assert [{"ports": ["9000"], "methods": ["POST"], "paths": ["/shop.v1.Orders/Get", "/shop.v1.Orders/Put"]}] in found
    assert [{"ports": ["9000"], "methods": ["POST"], "paths": ["/shop.v1.Orders/*"]}] in found


def test_connections_name_their_port_and_nothing_of_http() -> None:
    """A rule about TCP has nothing that Istio would drop there."""
    (rule,) = rules(allow_tcp(frontend, to=orders.at(store), because="a"))
    assert operations(rule) == [{"ports": ["9090"]}]
    assert "when" not in rule


def test_server_names_are_conditions() -> None:
    """A gateway that passes TLS through sees what clients ask for."""
    rule = allow_tcp(
        Anyone(), to=gateway.at(passthrough), server_names=["db.example.com", "*.example.org"], because="a"
    )
    (found,) = rules(rule, name="gateway-allow", namespace="istio-ingress")
    assert found["when"] == [{"key": "connection.sni", "values": ["*.example.org", "db.example.com"]}]
    assert operations(found) == [{"ports": ["8444"]}]


def test_two_ports_of_one_workload_are_one_rule() -> None:
    """Endpoints of one workload share the rule; another workload has its own."""
    other = HttpPort(8081)
    two = Service("two", namespace=web, service_account="two", ports=[other, api])
    rule = allow(gateway, to=[two.at(other), two.at(api), orders.at(api)], http=AnyRequest(), because="a")
    found = documents(policy_of([rule], services=[orders, frontend, gateway, two]))
    (mine,) = named(found, "AuthorizationPolicy", "two-allow", "web")["rules"]
    assert operations(mine) == [{"ports": ["8080", "8081"]}]
    (its,) = named(found, "AuthorizationPolicy", "orders-allow")["rules"]
    assert operations(its) == [{"ports": ["8080"]}]


def test_every_operation_of_a_deny_names_its_ports() -> None:
    """A DENY without ports would close every TCP port of the workload."""
    found = rules(deny(Anyone(), to=orders.at(api), http=[Http(methods=["DELETE"]), Http(paths=["/x"])], because="a"),
                  name="orders-deny")  # fmt: skip
    assert [each["ports"] for rule in found for each in operations(rule)] == [["8080"], ["8080"]]
