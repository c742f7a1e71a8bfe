"""Peers, addresses and exceptions from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.simulate.asked import (
    api,
    decided,
    frontend,
    gateway,
    https,
    metrics,
    model_of,
    orders,
    request,
    verdict,
    web,
)
from ztdsl import (
    Anyone,
    AnyRequest,
    AnyWorkload,
    External,
    Identity,
    IpBlock,
    RemoteIpBlock,
    ServiceAccount,
    TrustDomain,
    allow,
)
from ztdsl.simulate import Simulator
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Tls

MESH = Mesh(
    trust_domain="prod.example", trust_domain_aliases=("old.example",), federated_trust_domains=("partner.example",)
)
OURS, OLD, FOREIGN = "spiffe://prod.example/", "spiffe://old.example/", "spiffe://partner.example/"
FRONT, CI, EXCHANGE = "ns/web/sa/frontend", "ns/build/sa/ci", "ns/batch/sa/exchange"
exchange = External("exchange", namespace="batch", service_account="exchange", trust_domain="partner.example")


@pytest.mark.parametrize(
    ("who", "inside", "outside"),
    [
        (frontend, [OURS + FRONT, OLD + FRONT], [FOREIGN + FRONT, OURS + CI, OURS + FRONT + "x"]),
        (web, [OURS + "ns/web/sa/x", OLD + FRONT], [FOREIGN + FRONT, OURS + "ns/webs/sa/frontend"]),
        (ServiceAccount("ci", namespace="build"), [OURS + CI, OLD + CI], [OURS + FRONT, FOREIGN + CI]),
        (exchange, [FOREIGN + EXCHANGE], [OURS + EXCHANGE, OLD + EXCHANGE]),
        (Identity(FOREIGN + EXCHANGE), [FOREIGN + EXCHANGE], [FOREIGN + CI]),
        (TrustDomain(), [OURS + FRONT, OLD + CI], [FOREIGN + FRONT]),
        (TrustDomain("old.example"), [OLD + CI], [OURS + CI]),
        (AnyWorkload(), [OURS + CI, OLD + CI, FOREIGN + CI], [OURS + "node/x"]),
        (AnyWorkload(but=[web]), [OURS + CI, FOREIGN + FRONT], [OURS + FRONT, OLD + FRONT]),
    ],
)
def test_peers_are_who_they_prove_to_be(who: Any, inside: list[str], outside: list[str]) -> None:
    """The mesh's own trust domain stands for its aliases, and for no other."""
    model = model_of(allow(who, to=orders.at(api), http=AnyRequest(), because="r"), mesh=MESH)
    assert [verdict(model, peer=each) for each in inside] == ["allow"] * len(inside)
    assert [verdict(model, peer=each) for each in outside] == ["deny"] * len(outside)


def test_an_address_lies_in_blocks_of_its_family() -> None:
    """The address that connects counts, whatever a header says."""
    model = model_of(allow(IpBlock("10.1.0.0/16"), to=orders.at(api), http=AnyRequest(), because="r"))
    headers = {"x-forwarded-for": ("10.1.2.3",)}
    assert verdict(model, source_ip="10.1.2.3") == "allow"
    assert verdict(model, source_ip="10.2.0.0", headers=headers) == "deny"
    assert verdict(model, source_ip="2001:db8::1") == "deny"
    answer = decided(model, source_ip="nowhere")
    assert (answer.verdict, answer.reason) == ("unknown", "`nowhere` is not an IP address")


def test_the_client_of_a_gateway_is_who_trusted_proxies_report() -> None:
    """An address that is given counts; else the entry of the outermost trusted proxy; else the one that connects."""
    model = model_of(allow(RemoteIpBlock("203.0.113.0/24"), to=gateway.at(https), http=AnyRequest(), because="r"))
    asked: dict[str, Any] = {"to": gateway, "port": 8443, "peer": None}
    forwarded = {"x-forwarded-for": ("198.51.100.1, 203.0.113.9",)}
    assert verdict(model, remote_ip="203.0.113.9", **asked) == "allow"
    assert verdict(model, headers=forwarded, **asked) == "allow"
    assert verdict(model, remote_ip="198.51.100.1", headers=forwarded, **asked) == "deny"
    assert verdict(model, source_ip="203.0.113.1", **asked) == "allow"
    assert verdict(model, source_ip=None, **asked) == "unknown"


def test_the_proxies_of_a_destination_count_before_the_gateway_s_own() -> None:
    """A request may know better, and both evaluators then believe the same entry."""
    model = model_of(allow(RemoteIpBlock("203.0.113.0/24"), to=gateway.at(https), http=AnyRequest(), because="r"))
    asked = request(gateway, 8443, peer=None, headers={"x-forwarded-for": ("203.0.113.9, 198.51.100.1",)})
    for proxies, expected in ((None, "deny"), (1, "deny"), (2, "allow")):
        given = replace(asked, to=replace(asked.to, trusted_proxies=proxies))
        assert Simulator(model).decide(given).verdict == expected


def test_everyone_takes_in_clients_without_identity() -> None:
    """Those who are left out are left out, and others need no identity."""
    model = model_of(allow(Anyone(but=[IpBlock("10.0.0.0/8")]), to=orders.at(metrics), http=AnyRequest(), because="r"))
    assert verdict(model, port=9100, peer=None, source_ip="192.0.2.1") == "allow"
    assert verdict(model, port=9100, peer=None, source_ip="10.1.2.3") == "deny"


def test_an_identity_needs_mutual_tls() -> None:
    """A name without a handshake proves nothing, and a handshake without a certificate fails."""
    model = model_of(allow(web, to=orders.at(metrics), http=AnyRequest(), because="r"))
    assert verdict(model, port=9100, tls=Tls.NONE) == "deny"
    answer = decided(model, port=9100, peer=None, tls=Tls.MTLS)
    assert (answer.verdict, answer.reason) == ("refused", "the client shows no certificate")
