"""A user of a real API server with the rights that the docs show, or fewer, and what the server's log says of him."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import yaml

from tests.mesh.cluster import Cluster
from ztdsl.cluster import Selection

READER: Final = "reader"
GROUP: Final = "security.istio.io"
_DOCS: Final = Path(__file__).parent.parent.parent / "docs" / "reference" / "cluster-access.md"
_BLOCK: Final = r'^```yaml title="{}\.yaml"\n(.*?)^```$'
_AT_ONCE: Final = 8


def documented(name: str) -> dict[str, Any]:
    """The role, or the binding, that the docs show under that name."""
    text = _DOCS.read_text(encoding="utf-8")
    found = re.search(_BLOCK.format(re.escape(name)), text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"the docs show no {name}"
    plain: dict[str, Any] = yaml.safe_load(found[1])
    return plain


def selection(cluster: Cluster, user: str = READER, namespaces: tuple[str, ...] | None = None) -> Selection:
    """What a user reads."""
    return Selection(kubeconfig=str(cluster.kubeconfig(user)), namespaces=namespaces, request_timeout="20s")


def grant(cluster: Cluster, *objects: Mapping[str, Any]) -> None:
    """Let roles and bindings be these alone among those of the docs."""
    kinds = "clusterrolebindings,clusterroles"
    names = ("ztc-reader", "ztc-reader-workloads")
    cluster.kubectl("delete", kinds, *names, "--ignore-not-found")
    cluster.kubectl("delete", "rolebindings", "ztc-reader", "--namespace=shop", "--ignore-not-found")
    cluster.apply(objects)


def policy(name: str, namespace: str = "shop") -> dict[str, Any]:
    """A policy that allows something."""
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"action": "ALLOW", "rules": [{"to": [{"operation": {"ports": ["8080"]}}]}]},
    }


def create(cluster: Cluster, objects: Iterable[Mapping[str, Any]]) -> None:
    """Make many objects of Istio's security kinds quickly."""

    def post(plain: Mapping[str, Any]) -> None:
        cluster.ask("POST", path_of(plain["kind"], plain["metadata"]["namespace"]), plain)

    with ThreadPoolExecutor(_AT_ONCE) as workers:
        list(workers.map(post, objects))


def path_of(kind: str, namespace: str, name: str | None = None) -> str:
    """Where the server has the objects of a kind, or one of them."""
    plural = f"{kind.lower().removesuffix('y')}ies" if kind.endswith("y") else f"{kind.lower()}s"
    path = f"/apis/{GROUP}/v1/namespaces/{namespace}/{plural}"
    return path if name is None else f"{path}/{name}"


def events(cluster: Cluster, user: str = READER) -> list[dict[str, Any]]:
    """What the server's audit log has of a user."""
    lines = (cluster.directory / "audit.log").read_text(encoding="utf-8").splitlines()
    return [each for each in map(json.loads, lines) if each["user"]["username"] == user]
