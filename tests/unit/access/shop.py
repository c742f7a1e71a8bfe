"""Small objects for tests of access: one namespace, one workload."""

from __future__ import annotations

from typing import Any

from ztdsl.access import Access, access_change
from ztdsl.istio.kinds import Manifest
from ztdsl.istio.read import from_manifest
from ztdsl.manifests.known import KnownPort, KnownWorkload
from ztdsl.traffic.mesh import Mesh

ORDERS = KnownWorkload("shop", "orders", {"app": "orders"}, (KnownPort(8080, 80, "http", "http"),), "orders")
FRONTEND = KnownWorkload("web", "frontend", {"app": "frontend"}, (), "ui")
ISSUER = "https://auth.example.com"
JWT = {"issuer": ISSUER, "audiences": ["shop"], "jwksUri": f"{ISSUER}/keys"}


def plain(kind: str, name: str, spec: dict[str, Any], namespace: Any = "shop", **metadata: Any) -> Manifest:
    """An object of one of the three kinds."""
    return from_manifest(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": namespace, **metadata},
            "spec": spec,
        }
    )


def policy(*rules: dict[str, Any], action: str = "ALLOW", name: str = "orders", **spec: Any) -> Manifest:
    """An AuthorizationPolicy for the orders, or for what `selector` says."""
    selects = {"selector": {"matchLabels": {"app": "orders"}}} if "selector" not in spec else {}
    spec = {key: value for key, value in spec.items() if value is not None}
    return plain("AuthorizationPolicy", name, {"action": action, "rules": list(rules), **selects, **spec})


def rule(accounts: list[str], methods: list[str] | None = None, paths: list[str] | None = None) -> dict[str, Any]:
    """A rule for service accounts such as `web/ui`."""
    names = [each.split("/") for each in accounts]
    made: dict[str, Any] = {
        "from": [{"source": {"principals": [f"cluster.local/ns/{space}/sa/{name}" for space, name in names]}}]
    }
    operation = {key: value for key, value in (("methods", methods), ("paths", paths)) if value}
    return {**made, **({"to": [{"operation": operation}]} if operation else {})}


def mode(value: str, **more: Any) -> Manifest:
    """A PeerAuthentication for the namespace."""
    return plain("PeerAuthentication", "default", {"mtls": {"mode": value}}, **more)


def tokens(*rules: dict[str, Any]) -> Manifest:
    """A RequestAuthentication for the orders."""
    spec = {"selector": {"matchLabels": {"app": "orders"}}, "jwtRules": list(rules)}
    return plain("RequestAuthentication", "tokens", spec)


def change(before: list[Manifest], after: list[Manifest], mesh: Mesh | None = None) -> Access:
    """What a change does to the orders."""
    return access_change(before, after, mesh or Mesh(), [ORDERS, FRONTEND], None)


def told(access: Access, where: str = "shop/orders") -> list[tuple[str, str, str]]:
    """The effects at one workload in words."""
    return [(each.kind, each.callers, each.what) for each in access.effects if each.name == where]
