"""Verdicts on requests: rules against each other, defaults, mutual TLS, protocols, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.simulate.asked import (
    STRANGER,
    UNTIL,
    api,
    calls,
    decided,
    frontend,
    gateway,
    https,
    metrics,
    model_of,
    orders,
    passthrough,
    request,
    shop,
    store,
    trial,
    verdict,
    web,
)
from ztdsl import (
    Anyone,
    AnyRequest,
    AnyWorkload,
    DryRun,
    Grpc,
    Header,
    Http,
    IpBlock,
    MeshDefaults,
    Present,
    Service,
    allow,
    allow_tcp,
    audit,
    deny,
    deny_tcp,
)
from ztdsl.simulate import Simulator
from ztdsl.traffic.request import Chain, Proxy, Tls

EVERY = AnyRequest()
READ = allow(frontend, to=orders.at(api), http=Http(methods=["GET"]), because="reads")
ALL = allow(AnyWorkload(), to=orders.at(api), http=EVERY, because="any workload")
NO_DELETE = deny(AnyWorkload(), to=orders.at(api), http=Http(methods=["DELETE"]), because="nobody deletes")
TRIED = deny(AnyWorkload(), to=orders.at(api), http=EVERY, because="to be closed", stage=DryRun(until=UNTIL))
WATCHED = audit(AnyWorkload(), to=orders.at(api), http=EVERY, because="watched")
RAW = allow_tcp(frontend, to=orders.at(store), because="the store")


def test_an_allowance_lets_in_and_is_named() -> None:
    """A matching allowance gives 200, and the answer holds every allowance that matches."""
    model = model_of(READ, ALL)
    answer = decided(model)
    assert (answer.verdict, answer.status, answer.reason) == ("allow", 200, None)
    assert {rule.because for rule in answer.allowing} == {"reads", "any workload"}
    assert answer.rule in answer.allowing


def test_what_no_rule_allows_is_refused() -> None:
    """In an owned namespace nothing is let in by itself, and the answer says so."""
    answer = decided(model_of(READ), method="POST")
    assert (answer.verdict, answer.status, answer.rule) == ("deny", 403, None)
    assert answer.reason == "no rule allows it, and what no rule allows is refused"


def test_a_refusal_beats_an_allowance() -> None:
    """A request that one rule allows and another denies is denied, by the latter."""
    answer = decided(model_of(ALL, NO_DELETE), method="DELETE")
    assert answer.verdict == "deny"
    assert answer.rule is not None
    assert answer.rule.because == "nobody deletes"


def test_trials_and_audits_stand_beside_the_verdict() -> None:
    """A dry run never decides, and an audit never does; both are reported where they match."""
    answer = decided(model_of(READ, TRIED, WATCHED))
    assert answer.verdict == "allow"
    assert [rule.because for rule in answer.dry_run] == ["to be closed"]
    assert [rule.because for rule in answer.audit] == ["watched"]


def test_a_grpc_client_sees_200() -> None:
    """What turns a gRPC call away stands in its own status, inside of an HTTP 200."""
    model = model_of(allow(frontend, to=orders.at(calls), http=Grpc("shop.v1.Orders"), because="calls"))
    grpc = {"content-type": ("application/grpc",)}
    asked = {"port": 9000, "method": "POST", "headers": grpc}
    assert decided(model, path="/shop.v1.Orders/Get", **asked).verdict == "allow"
    refused = decided(model, path="/shop.v1.Other/Get", **asked)
    assert (refused.verdict, refused.status) == ("deny", 200)


def test_an_open_namespace_lets_in_until_something_is_allowed() -> None:
    """Where the namespace is open, only a workload at which an enforced rule allows something is closed."""
    asked = {"to": trial, "peer": STRANGER}
    answer = decided(model_of(READ), **asked)
    assert answer.verdict == "allow"
    assert answer.reason == "the namespace is open, and no rule allows anything at the workload"
    rule = allow(frontend, to=trial.at(api), http=EVERY, because="a trial")
    tried = allow(frontend, to=trial.at(api), http=EVERY, because="a trial", stage=DryRun(until=UNTIL))
    assert verdict(model_of(rule), **asked) == "deny"
    assert verdict(model_of(tried), **asked) == "allow"
    assert verdict(model_of(READ, defaults=MeshDefaults()), **asked) == "deny"


def test_a_rule_of_a_namespace_is_about_its_other_pods_too() -> None:
    """A rule for every workload holds at pods that the policy does not declare; nothing else does."""
    model = model_of(allow(web, to=shop.every(api), http=EVERY, because="from the web"))
    assert verdict(model, labels={"app": "unheard-of"}) == "allow"
    assert verdict(model, labels={"app": "unheard-of"}, peer=STRANGER) == "deny"
    assert verdict(model, labels={"app": "orders", "version": "2"}) == "allow"
    assert verdict(model, labels={"app": "unheard-of"}, peer=None) == "refused"


def test_other_ports_are_closed() -> None:
    """A rule is about its ports only."""
    model = model_of(READ, RAW)
    assert verdict(model, port=9100) == "deny"
    assert verdict(model, port=9, chain=Chain.TCP) == "refused"


def test_connections_are_refused_rather_than_answered() -> None:
    """A connection that no rule allows, or one denies, is closed without a status."""
    model = model_of(RAW, deny_tcp(web, to=orders.at(store), because="not from the web"))
    answer = decided(model, port=9090, chain=Chain.TCP)
    assert (answer.verdict, answer.status) == ("refused", None)
    assert answer.rule is not None
    assert verdict(model_of(RAW), port=9090, chain=Chain.TCP) == "allow"
    assert verdict(model_of(RAW), port=9090, chain=Chain.TCP, peer=STRANGER) == "refused"


def test_a_strict_port_takes_mutual_tls_only() -> None:
    """Plaintext and other TLS are refused before any rule is asked, and so are foreign trust domains."""
    model = model_of(allow(Anyone(), to=orders.at(api), http=EVERY, because="everyone"))
    assert verdict(model, peer=None) == "refused"
    assert verdict(model, peer=None, tls=Tls.OTHER) == "refused"
    assert verdict(model, peer="spiffe://foreign.example/ns/web/sa/frontend") == "refused"
    assert verdict(model, peer=STRANGER) == "allow"


def test_a_permissive_port_takes_plaintext_beside_it() -> None:
    """On a weakened port, and in a weakened namespace, clients without identity reach the rules."""
    model = model_of(allow(Anyone(), to=orders.at(metrics), http=EVERY, because="scraping"))
    assert verdict(model, port=9100, peer=None) == "allow"
    assert verdict(model, port=9100, peer=None, tls=Tls.OTHER) == "refused"
    assert verdict(model, to=trial, peer=None) == "allow"
    assert verdict(model, to=trial, port=9090, chain=Chain.TCP, peer=None, tls=Tls.OTHER) == "allow"


def test_the_tls_of_a_gateway_is_no_matter_of_policies() -> None:
    """A gateway takes clients without identity, and tells server names apart on a TLS port."""
    model = model_of(
        allow(Anyone(), to=gateway.at(https), http=Http(hosts=["shop.example.com"]), because="the shop"),
        allow_tcp(Anyone(), to=gateway.at(passthrough), server_names=["*.example.com"], because="databases"),
    )
    assert verdict(model, to=gateway, port=8443, peer=None) == "allow"
    tcp = {"to": gateway, "port": 8444, "chain": Chain.TCP, "peer": None, "tls": Tls.OTHER}
    assert verdict(model, sni="DB.example.com", **tcp) == "allow"
    assert verdict(model, sni="example.com", **tcp) == "refused"
    assert verdict(model, **tcp) == "refused"


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"path": "/a%00"}, 400), ({"method": "get"}, 400), ({"path": "orders"}, 400), ({"path": "/a b"}, 400)],
)
def test_what_is_no_request_is_rejected(asked: dict[str, str], status: int) -> None:
    """Envoy answers malformed requests itself, whoever sends them."""
    answer = decided(model_of(ALL), **asked)
    assert (answer.verdict, answer.status) == ("rejected", status)


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ({"namespace": "elsewhere"}, "the policy does not own namespace `elsewhere`"),
        ({"labels": {"app": "x"}}, "the policy owns no workload with these labels in namespace `shop`"),
        ({"proxy": Proxy.WAYPOINT}, "policies are rendered for sidecars and gateways, not for a waypoint"),
        ({"proxy": Proxy.GATEWAY}, "the policy declares `orders` as a service"),
        ({"labels": None}, "the labels of the workload that is called are not known"),
        ({"port": None}, "the port that is called is not known"),
        ({"chain": Chain.TCP}, "the policy declares port 8080 as http, and the request is none of that"),
        (
            {"namespace": "web", "labels": {"app": "frontend", "job": "both"}},
            "the labels select several workloads: `frontend`, `job`",
        ),
    ],
)
def test_what_the_policy_does_not_say_is_unknown(where: dict[str, Any], reason: str) -> None:
    """Foreign workloads, proxies that no policy is for, pods of two workloads and missing facts are unknown."""
    job = Service("job", namespace=web, service_account="job", labels={"job": "both"})
    other = Service("other", namespace=shop, service_account="other", ports=[api])
    simulator = Simulator(model_of(READ, owns=[web, orders, other], services=[frontend, job, orders, other]))
    plain = request()
    answer = simulator.decide(replace(plain, to=replace(plain.to, **where)))
    assert (answer.verdict, answer.status, answer.reason) == ("unknown", None, reason)


def test_facts_that_do_not_matter_may_be_missing() -> None:
    """Where every port and every workload gives one verdict, nobody needs to name them."""
    model = model_of(READ)
    assert verdict(model, port=None, peer=STRANGER) == "deny"
    plain = request(peer=STRANGER)
    answer = Simulator(model).decide(replace(plain, to=replace(plain.to, labels=None)))
    assert answer.verdict == "deny"


def test_of_workloads_that_are_not_known_only_what_they_share_is_said() -> None:
    """The verdict holds wherever the request arrives; a rule is named where it matches everywhere."""
    every = allow(web, to=shop.every(api), http=EVERY, because="from the web")
    plain = request()
    anywhere = replace(plain, to=replace(plain.to, labels=None))
    answer = Simulator(model_of(every, NO_DELETE, WATCHED)).decide(anywhere)
    assert (answer.verdict, answer.audit) == ("allow", ())
    assert [rule.because for rule in answer.allowing] == ["from the web"]
    shared = Simulator(model_of(READ, owns=[orders, web], services=[orders, frontend]))
    assert shared.decide(anywhere).verdict == "unknown"


def test_a_missing_fact_makes_unknown_only_what_depends_on_it() -> None:
    """A rule that fails on what is known fails; one that hangs on what is not leaves the verdict open."""
    model = model_of(allow(IpBlock("10.0.0.0/8"), to=orders.at(api), http=Http(methods=["GET"]), because="inside"))
    assert verdict(model, source_ip=None, method="POST") == "deny"
    answer = decided(model, source_ip=None)
    assert (answer.verdict, answer.reason) == ("unknown", "the address that connects is not known")
    both = model_of(ALL, deny(IpBlock("10.0.0.0/8"), to=orders.at(api), http=EVERY, because="not inside"))
    assert verdict(both, source_ip=None) == "unknown"
    assert verdict(both, source_ip=None, peer="spiffe://cluster.local/elsewhere") == "deny"


def test_headers_of_the_proxy_are_not_known_from_the_request() -> None:
    """What Envoy writes itself is not what the client sent: a test of it leaves the verdict open."""
    asked = Http(headers=[Header("x-request-id", any_of=[Present()]), Header("x-envoy-peer", none_of=[Present()])])
    model = model_of(allow(frontend, to=orders.at(api), http=asked, because="with an id"))
    answer = decided(model, headers={"x-request-id": ("1",)})
    assert (answer.verdict, answer.reason) == ("unknown", "header `x-envoy-peer` is written by the proxy itself")
    assert verdict(model, peer=STRANGER) == "deny"


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "CONNECT"},
        {"path": "http://shop.example.com/orders"},
        {"host": "shop example"},
        {"headers": {"x-a": ("\x01",)}},
        {"headers": {"content-length": ("many",)}},
        {"method": "FOO"},
    ],
)
def test_whether_odd_requests_reach_the_rules_is_not_said(asked: dict[str, Any]) -> None:
    """What Envoy's codec makes of unusual requests is no matter of policies."""
    assert verdict(model_of(ALL), **asked) == "unknown"
