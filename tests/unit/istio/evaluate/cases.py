"""Policies and requests in short, for tests of the evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.kinds import (
    AuthorizationPolicy,
    Condition,
    JwtRule,
    Manifest,
    Meta,
    Operation,
    PeerAuthentication,
    RequestAuthentication,
    Rule,
    Selector,
    Source,
)
from ztdsl.traffic.decision import Decision
from ztdsl.traffic.mesh import Mesh
from ztdsl.traffic.request import Chain, Destination, Http, InvalidToken, Proxy, Request, Tls, Token

NAMESPACE = "foo"
PEER = "spiffe://cluster.local/ns/foo/sa/bar"
ISSUER = "https://auth.example.com"


def policy(
    action: str,
    *rules: Rule,
    name: str = "p",
    namespace: str = NAMESPACE,
    labels: Mapping[str, str] | None = None,
    provider: str | None = None,
    dry_run: str | None = None,
) -> AuthorizationPolicy:
    """An AuthorizationPolicy for the whole namespace, or for the workloads with `labels`."""
    annotations = () if dry_run is None else (("istio.io/dry-run", dry_run),)
    selector = None if labels is None else Selector(tuple(labels.items()))
    meta = Meta(name, namespace, (), annotations)
    return AuthorizationPolicy(meta, selector, (), action, provider, rules)


def source(**fields: tuple[str, ...]) -> Rule:
    """A rule with one source."""
    return Rule(sources=(Source(**fields),))


def operation(**fields: tuple[str, ...]) -> Rule:
    """A rule with one operation."""
    return Rule(operations=(Operation(**fields),))


def when(key: str, *values: str, absent: tuple[str, ...] = ()) -> Rule:
    """A rule with one condition."""
    return Rule(conditions=(Condition(key, values, absent),))


def tokens(*audiences: str, issuer: str = ISSUER, **fields: Any) -> RequestAuthentication:
    """A RequestAuthentication for the whole namespace with one issuer."""
    rule = JwtRule(issuer=issuer, audiences=audiences, jwks="{}", **fields)
    return RequestAuthentication(Meta("tokens", NAMESPACE, ()), None, (), (rule,))


def token(**claims: Any) -> Token:
    """A token of the issuer with a subject, and `claims` besides or instead; None leaves one out."""
    given = {"iss": ISSUER, "sub": "u1"} | claims
    return Token({name: value for name, value in given.items() if value is not None})


def mtls(mode: str, port_level: tuple[tuple[int, str], ...] = ()) -> PeerAuthentication:
    """A PeerAuthentication for the whole namespace, or for the workload where modes of ports are given."""
    selector = Selector((("app", "a"),)) if port_level else None
    return PeerAuthentication(Meta("peers", NAMESPACE, ()), selector, mode, port_level)


def request(
    method: str = "GET",
    path: str = "/",
    *,
    host: str | None = "foo.example.com",
    headers: Mapping[str, Sequence[str]] | None = None,
    peer: str | None = PEER,
    tls: Tls | None = None,
    token: Token | InvalidToken | None = None,
    port: int | None = 8080,
    labels: Mapping[str, str] | None = None,
    **facts: Any,
) -> Request:
    """An HTTP request of the workload `bar` to the workload with the label `app: a`, unless something else is said."""
    to = _destination(port, Chain.HTTP, labels, facts)
    lines = {name: tuple(values) for name, values in (headers or {}).items()}
    return Request(
        to=to,
        peer=peer,
        tls=_tls(peer, tls),
        http=Http(method, path, host, lines),
        tokens=() if token is None else (token,),
        **facts,
    )


def connection(
    *,
    peer: str | None = PEER,
    tls: Tls | None = None,
    port: int | None = 8080,
    chain: Chain = Chain.TCP,
    labels: Mapping[str, str] | None = None,
    **facts: Any,
) -> Request:
    """A connection of the workload `bar` to a TCP port."""
    to = _destination(port, chain, labels, facts)
    return Request(to=to, peer=peer, tls=_tls(peer, tls), **facts)


def _destination(
    port: int | None, chain: Chain, labels: Mapping[str, str] | None, facts: dict[str, Any]
) -> Destination:
    return Destination(
        facts.pop("namespace", NAMESPACE),
        facts.pop("all_labels", {"app": "a"} if labels is None else labels),
        port,
        chain,
        facts.pop("proxy", Proxy.SIDECAR),
        facts.pop("ip", None),
        facts.pop("service", None),
    )


def _tls(peer: str | None, tls: Tls | None) -> Tls:
    if tls is not None:
        return tls
    return Tls.NONE if peer is None else Tls.MTLS


def decide(manifests: Sequence[Manifest], asked: Request, mesh: Mesh | None = None) -> Decision:
    """What the evaluator says."""
    return Evaluator(manifests, mesh or Mesh()).decide(asked)


def verdict(manifests: Sequence[Manifest], asked: Request, mesh: Mesh | None = None) -> str:
    """The verdict alone."""
    return decide(manifests, asked, mesh).verdict.value
