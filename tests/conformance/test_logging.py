"""Istio's own code makes of Telemetries what was declared: which proxy writes which log, with or without the filter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest
import yaml

from tests.conformance.oracle import NoOracle, answers
from ztdsl import AccessLog, Gateway, HttpPort, MeshDefaults, Namespace, Policy, Service, log_all, log_denied
from ztdsl.ir.model import Model
from ztdsl.istio.document import document
from ztdsl.log.provider import snippet
from ztdsl.lower import lower
from ztdsl.lower.logs import DENIED
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

REQUIRED = bool(os.environ.get("CI"))

pytestmark = pytest.mark.skipif(
    "conformance" not in os.environ.get("ZTC_LANES", "").split(","),
    reason="runs istiod's code: set ZTC_LANES=conformance",
)

shop, edge = Namespace("shop"), Namespace("istio-ingress")
orders = Service("orders", namespace=shop, service_account="orders", ports=[HttpPort(8080)])
other = Service("other", namespace=shop, service_account="other", ports=[HttpPort(8080)])
gateway = Gateway("gateway", namespace=edge, service_account="gateway", ports=[HttpPort(8080)])
defaults = MeshDefaults()
WORKLOADS: Final[tuple[Service | Gateway, ...]] = (orders, other, gateway)
LISTENER: Final = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "gateway", "namespace": "istio-ingress"},
    "spec": {
        "selector": {"app": "gateway"},
        "servers": [{"port": {"number": 8080, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}],
    },
}
"""A gateway listens to nothing that it was not given."""
Written = dict[str, str]
"""By provider, whether `all` or `denied` is written."""

CASES: Final[list[tuple[list[AccessLog], dict[str, Written]]]] = [
    ([], {"orders": {}, "other": {}, "gateway": {}}),
    (
        [log_denied(orders, because="a")],
        {"orders": {"ztc": "denied"}, "other": {}, "gateway": {}},
    ),
    (
        [log_denied(shop, because="a"), log_all(orders, because="b")],
        {"orders": {"ztc": "all"}, "other": {"ztc": "denied"}, "gateway": {}},
    ),
    (
        [log_all(edge, because="a")],
        {"orders": {}, "other": {}, "gateway": {"ztc": "all"}},
    ),
    (
        [log_denied(defaults, because="a")],
        {"orders": {"ztc": "denied"}, "other": {"ztc": "denied"}, "gateway": {"ztc": "denied"}},
    ),
    (
        [
            log_denied(defaults, because="a"),
            log_all(shop, because="b", provider="debug"),
            log_denied([orders, gateway], because="c", provider="audit"),
        ],
        {
            "orders": {"ztc": "denied", "debug": "all", "audit": "denied"},
            "other": {"ztc": "denied", "debug": "all"},
            "gateway": {"ztc": "denied", "audit": "denied"},
        },
    ),
]


def _model(logs: list[AccessLog]) -> Model:
    policy = Policy("p", owns=[shop, edge], services=WORKLOADS, mesh=defaults, logs=logs)
    model = resolve(policy, Mesh(), date(2026, 11, 24)).model
    assert model is not None
    return model


def _settings(model: Model) -> dict[str, Any]:
    """The mesh configuration that the snippet gives, with the provider's name in each entry to tell logs apart."""
    read = yaml.safe_load(snippet(model)) or {"meshConfig": {"extensionProviders": []}}
    config: dict[str, Any] = read["meshConfig"]
    for provider in config["extensionProviders"]:
        provider["envoyFileAccessLog"]["logFormat"]["labels"]["provider"] = provider["name"]
    return {**config, "accessLogFile": ""}


def _logs(plain: object) -> Iterator[dict[str, Any]]:
    """All access logs below a listener's filters."""
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key == "accessLog" and isinstance(value, list):
                yield from value
            else:
                yield from _logs(value)
    elif isinstance(plain, list):
        for each in plain:
            yield from _logs(each)


def _written(listener: dict[str, Any]) -> Written:
    found: Written = {}
    for chain in (*listener.get("filterChains", ()), listener.get("defaultFilterChain", {})):
        for log in _logs(chain):
            name = log["typedConfig"]["logFormat"]["jsonFormat"]["provider"]
            expression = log.get("filter", {}).get("extensionFilter", {}).get("typedConfig", {}).get("expression")
            assert expression in {None, DENIED}
            what = "all" if expression is None else "denied"
            assert found.setdefault(name, what) == what
    return found


def _asked(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        return list(answers(jobs))
    except NoOracle as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"istiod's code cannot be asked: {lacking}")


@pytest.mark.parametrize(("logs", "expected"), CASES)
def test_each_proxy_writes_what_was_declared(logs: list[AccessLog], expected: dict[str, Written]) -> None:
    """What a sidecar receives and what a gateway serves is logged, and nothing that a sidecar sends."""
    model = _model(logs)
    documents = [LISTENER, *(document(each.manifest) for each in lower(model).telemetries)]
    jobs = [
        {
            "op": "listeners",
            "documents": documents,
            "mesh": _settings(model),
            "proxy": {
                "kind": "gateway" if isinstance(each, Gateway) else "sidecar",
                "namespace": each.namespace.name,
                "labels": {"app": each.name},
                "address": "10.0.0.1",
            },
        }
        for each in WORKLOADS
    ]
    for workload, said in zip(WORKLOADS, _asked(jobs), strict=True):
        assert "error" not in said, said
        inbound = [each for each in said["listeners"] if each["name"] != "virtualOutbound"]
        outbound = [each for each in said["listeners"] if each["name"] == "virtualOutbound"]
        assert len(inbound) == 1
        assert _written(inbound[0]) == expected[workload.name], workload.name
        assert all(_written(each) == {} for each in outbound)
