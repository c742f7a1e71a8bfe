"""Inventories of workloads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ztdsl.manifests import KnownPort, KnownWorkload, read_workloads
from ztdsl.manifests.served import protocol_of

if TYPE_CHECKING:
    from pathlib import Path


def _read(path: Path, data: Any) -> tuple[tuple[KnownWorkload, ...], list[str]]:
    path.write_text(json.dumps(data))
    known, problems = read_workloads(str(path))
    return known, [each.message for each in problems]


def test_our_own_form(tmp_path: Path) -> None:
    """Labels are `app: NAME` where none are given."""
    ports = [{"container": 8080, "service": 80, "name": "web", "protocol": "http"}, {"container": 9000}]
    listed = [{"namespace": "shop", "name": "orders", "ports": ports, "service_account": "orders"}]
    known, problems = _read(tmp_path / "w.json", {"workloads": listed})
    assert problems == []
    expected = (KnownPort(8080, 80, "web", "http"), KnownPort(9000))
    assert known == (KnownWorkload("shop", "orders", {"app": "orders"}, expected, "orders", "service"),)


def _pod(name: str, labels: dict[str, str], ports: list[dict[str, Any]]) -> dict[str, Any]:
    proxy = {"name": "istio-proxy", "ports": [{"containerPort": 15090}]}
    spec = {"serviceAccountName": "orders", "containers": [{"name": "app", "ports": ports}, proxy]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": labels},
        "spec": spec,
    }


def _service(ports: list[dict[str, Any]]) -> dict[str, Any]:
    metadata = {"name": "orders", "namespace": "shop"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"selector": {"app": "o"}, "ports": ports},
    }


def test_what_kubectl_prints(tmp_path: Path) -> None:
    """Pods of one template are one workload, named by their Service, whose ports lead to the containers'."""
    ports: list[dict[str, Any]] = [{"containerPort": 8080, "name": "web"}, {"containerPort": 9100}]
    pods = [_pod(f"orders-{n}", {"app": "o", "pod-template-hash": str(n)}, ports) for n in range(2)]
    service = _service([{"port": 80, "targetPort": "web", "name": "http-web"}, {"port": 53, "protocol": "UDP"}])
    known, problems = _read(tmp_path / "k.json", {"apiVersion": "v1", "kind": "List", "items": [*pods, service]})
    assert problems == []
    (workload,) = known
    assert (workload.name, workload.service_account, workload.kind) == ("orders", "orders", "service")
    assert workload.ports == (KnownPort(8080, 80, "http-web", "http"), KnownPort(9100, None, None, None))


def test_controllers_stand_for_their_pods(tmp_path: Path) -> None:
    """A Deployment's template has the labels and the account; a gateway is known by its labels."""
    template = {"metadata": {"labels": {"istio": "ingressgateway"}}, "spec": {"containers": []}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "edge", "namespace": "istio-ingress"},
        "spec": {"template": template},
    }
    known, _ = _read(tmp_path / "d.json", deployment)
    assert [(each.name, each.kind, each.service_account) for each in known] == [("edge", "gateway", "default")]


def test_a_gateway_may_end_tls(tmp_path: Path) -> None:
    """What serves a gateway's `https` port is a Gateway's matter, and so it is not known."""
    pod = _pod("edge", {"app": "o", "istio": "ingressgateway"}, [{"containerPort": 8443}])
    service = _service(
        [{"port": 443, "targetPort": 8443, "name": "https"}, {"port": 80, "targetPort": 8080, "name": "http"}]
    )
    known, _ = _read(tmp_path / "g.json", {"apiVersion": "v1", "kind": "List", "items": [pod, service]})
    assert [(port.number, port.protocol) for port in known[0].ports] == [(8443, None), (8080, "http")]


@pytest.mark.parametrize(
    ("app", "name", "served"),
    [
        (None, "http", "http"),
        (None, "http-web", "http"),
        (None, "HTTP2-api", "http"),
        (None, "grpc-web-x", "http"),
        (None, "grpc", "http"),
        (None, "tcp-db", "tcp"),
        (None, "https", "tcp"),
        (None, "web-http", None),
        (None, None, None),
        ("http", "tcp-x", "http"),
        ("kubernetes.io/h2c", None, "http"),
        ("example.com/own", "http", None),
    ],
)
def test_the_protocol_is_declared_by_the_service(app: str | None, name: str | None, served: str | None) -> None:
    """`appProtocol` wins over the name; otherwise Istio finds out for each connection."""
    assert protocol_of(app, name) == served


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"workloads": {}}, "is not a list"),
        ({"workloads": ["x"]}, "is not an object"),
        ({"workloads": [{"name": "x"}]}, "needs `namespace` and `name`"),
        ({"workloads": [{"namespace": "a", "name": "x", "port": 1}]}, "unknown key `port`"),
        ({"workloads": [{"namespace": "a", "name": "x", "ports": [{"container": "1"}]}]}, "`ports` is a list"),
        ({"workloads": [{"namespace": "a", "name": "x", "kind": "vm"}]}, "service or gateway"),
        ({"workloads": [{"namespace": "a", "name": "x", "labels": {"a": 1}}]}, "maps names to texts"),
        ({"apiVersion": "v1", "kind": "ConfigMap"}, "lists no workload"),
    ],
)
def test_what_is_no_inventory_is_named(data: Any, said: str, tmp_path: Path) -> None:
    """Each mistake is one finding."""
    known, problems = _read(tmp_path / "w.json", data)
    assert known == ()
    assert len(problems) == 1
    assert said in problems[0]
