"""A small shop, and requests to it that differ from a plain one in what a test is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ztdsl import (
    Gateway,
    GrpcPort,
    HttpPort,
    Issuer,
    MeshDefaults,
    Namespace,
    Open,
    Permissive,
    Policy,
    Rule,
    Service,
    TcpPort,
    TlsPort,
)
from ztdsl.diagnostics.model import Severity
from ztdsl.ir.model import Model
from ztdsl.resolve import resolve
from ztdsl.simulate import Answer, Simulator
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import AnyToken, Chain, Destination, Http, Proxy, Request, Tls, Token

TODAY = date(2026, 11, 24)
UNTIL = date(2027, 1, 31)
FRONTEND = "spiffe://cluster.local/ns/web/sa/frontend"
STRANGER = "spiffe://cluster.local/ns/elsewhere/sa/nobody"

shop, web, edge = Namespace("shop"), Namespace("web"), Namespace("istio-ingress")
lab = Namespace("lab", default=Open(because="trials", until=UNTIL), mtls=Permissive(because="old clients", until=UNTIL))
api, calls, store = HttpPort(8080, service=80), GrpcPort(9000), TcpPort(9090)
metrics = HttpPort(9100, mtls=Permissive(because="an old scraper", until=UNTIL))
https, passthrough = HttpPort(8443, service=443), TlsPort(8444)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api, calls, store, metrics])
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
trial = Service("trial", namespace=lab, service_account="trial", ports=[api, store])
gateway = Gateway("gateway", namespace=edge, service_account="gateway", ports=[https, passthrough], trusted_proxies=1)
auth = Issuer("https://auth.example.com", jwks_uri="https://auth.example.com/jwks.json", audiences=["shop", "back"])


def model_of(*rules: Rule, mesh: Mesh | None = None, defaults: MeshDefaults | None = None, **policy: Any) -> Model:
    """The model of a policy of the shop without errors."""
    owned = {"owns": [shop, web, edge, lab], "services": [orders, frontend, trial, gateway], **policy}
    resolved = resolve(Policy("shop", rules=list(rules), mesh=defaults, **owned), mesh or Mesh(), TODAY)
    assert [each.message for each in resolved.findings if each.severity is Severity.ERROR] == []
    assert resolved.model is not None
    return resolved.model


def request(
    to: Service | Gateway = orders,
    port: int | None = 8080,
    *,
    peer: str | None = FRONTEND,
    tls: Tls | None = None,
    labels: Mapping[str, str] | None = None,
    chain: Chain = Chain.HTTP,
    proxy: Proxy | None = None,
    source_ip: str | None = "10.1.2.3",
    remote_ip: str | None = None,
    sni: str | None = None,
    method: str = "GET",
    path: str = "/",
    host: str | None = "shop.example.com",
    headers: Mapping[str, tuple[str, ...]] | None = None,
    tokens: Sequence[AnyToken] = (),
) -> Request:
    """A request of the frontend to the API of orders, but for what is given."""
    enforcing = proxy or (Proxy.GATEWAY if isinstance(to, Gateway) else Proxy.SIDECAR)
    where = Destination(to.namespace.name, {"app": to.name} if labels is None else labels, port, chain, enforcing)
    http = Http(method, path, host, headers or {}) if chain is Chain.HTTP else None
    how = tls or (Tls.NONE if peer is None else Tls.MTLS)
    return Request(where, peer, how, source_ip, remote_ip, sni, http, tuple(tokens))


def token(**claims: Any) -> Token:
    """A token of the shop's users, but for the claims given."""
    return Token({"iss": auth.issuer, "sub": "u1", "aud": "shop", **claims})


def decided(model: Model, **asked: Any) -> Answer:
    """The answer to one request."""
    return Simulator(model).decide(request(**asked))


def verdict(model: Model, **asked: Any) -> str:
    """The verdict on one request."""
    return decided(model, **asked).verdict.value
