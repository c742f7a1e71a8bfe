"""Policies as the plain objects of their manifests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ztdsl import Gateway, GrpcPort, HttpPort, Issuer, MeshDefaults, Namespace, Policy, Rule, Service, TcpPort, TlsPort
from ztdsl.diagnostics.model import Severity
from ztdsl.istio.annotated import Annotated
from ztdsl.istio.document import document
from ztdsl.istio.validate import problems
from ztdsl.lower import lower
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

TODAY = date(2026, 11, 24)
UNTIL = date(2027, 1, 31)

shop, web, edge = Namespace("shop"), Namespace("web"), Namespace("istio-ingress")
api, calls, store = HttpPort(8080, service=80), GrpcPort(9000), TcpPort(9090)
https, passthrough = HttpPort(8443, service=443), TlsPort(8444)
orders = Service("orders", namespace=shop, service_account="orders", ports=[api, calls, store])
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[api])
gateway = Gateway("gateway", namespace=edge, service_account="gateway", ports=[https, passthrough], trusted_proxies=1)
auth = Issuer("https://auth.example.com", jwks_uri="https://auth.example.com/jwks.json", audiences=["shop"])

Documents = list[dict[str, Any]]


def policy_of(
    rules: Sequence[Rule] = (),
    *,
    owns: Sequence[Any] = (shop, web, edge),
    services: Sequence[Any] = (orders, frontend, gateway),
    mesh: MeshDefaults | None = None,
) -> Policy:
    """A policy of the shop."""
    return Policy("shop", owns=owns, services=services, rules=rules, mesh=mesh)


def annotated(policy: Policy, mesh: Mesh | None = None) -> tuple[Annotated, ...]:
    """The manifests of a policy without errors; what is lowered must be what a cluster takes."""
    resolved = resolve(policy, mesh or Mesh(), TODAY)
    assert [each.message for each in resolved.findings if each.severity is Severity.ERROR] == []
    assert resolved.model is not None
    lowered = lower(resolved.model)
    assert lowered.findings == ()
    assert [each for one in lowered.manifests for each in problems(one.manifest)] == []
    return lowered.manifests


def documents(policy: Policy, mesh: Mesh | None = None) -> Documents:
    """The manifests of a policy as plain objects."""
    return [document(each.manifest) for each in annotated(policy, mesh)]


def named(found: Documents, kind: str, name: str, namespace: str = "shop") -> dict[str, Any]:
    """The spec of one object."""
    (spec,) = [
        each["spec"]
        for each in found
        if (each["kind"], each["metadata"]["name"], each["metadata"]["namespace"]) == (kind, name, namespace)
    ]
    return dict(spec)


def rules(*some: Rule, name: str = "orders-allow", namespace: str = "shop", mesh: Mesh | None = None) -> list[Any]:
    """The lowered rules of one AuthorizationPolicy of the shop with these rules."""
    found: list[Any] = named(documents(policy_of(some), mesh), "AuthorizationPolicy", name, namespace)["rules"]
    for rule in found:
        assert all(entry["operation"]["ports"] for entry in rule["to"])
    return found


def sources(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """The sources of a lowered rule."""
    return [entry["source"] for entry in rule.get("from", ())]


def operations(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations of a lowered rule."""
    return [entry["operation"] for entry in rule["to"]]
