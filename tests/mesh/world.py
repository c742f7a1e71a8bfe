"""What a policy declares, as pods and services that run: each workload with its ports, and a stranger to the mesh."""

from __future__ import annotations

from typing import Any, Final, Literal

from tests.mesh.objects import ServicePort, ServiceSpec
from tests.mesh.pod import PodSpec
from ztdsl.ir.model import Model, Protocol, Workload, WorkloadKind

OUTSIDE: Final = PodSpec("outside", "stranger", "stranger", proxy=None)
"""A workload without sidecar, from which clients of any kind connect directly."""
_SPOKEN: Final[dict[Protocol, Literal["http", "grpc", "tcp"]]] = {
    Protocol.HTTP: "http",
    Protocol.GRPC: "grpc",
    Protocol.TCP: "tcp",
    Protocol.TLS: "tcp",
}


def pods_of(model: Model) -> list[PodSpec]:
    """A pod for each workload, and the stranger."""
    return [*(_pod(each) for each in model.workloads), OUTSIDE]


def services_of(model: Model) -> list[ServiceSpec]:
    """A Service for each workload with ports."""
    return [
        ServiceSpec(
            each.namespace,
            each.name,
            dict(each.labels),
            [
                ServicePort(port.service or port.container, port.container, _SPOKEN[port.protocol])
                for port in each.ports
            ],
        )
        for each in model.workloads
        if each.ports
    ]


def gateway_objects(model: Model) -> list[dict[str, Any]]:
    """For each gateway a Gateway that listens on its ports for every host, and what answers there.

    The gateway itself answers with status 200, so that an allowed request needs no other workload.
    """
    return [
        part
        for each in model.workloads
        if each.kind is WorkloadKind.GATEWAY
        for part in (_gateway(each), _virtual_service(each))
    ]


def _pod(workload: Workload) -> PodSpec:
    is_gateway = workload.kind is WorkloadKind.GATEWAY
    return PodSpec(
        workload.namespace,
        workload.name,
        workload.service_account,
        dict(workload.labels),
        {port.container: _SPOKEN[port.protocol] for port in workload.ports},
        "router" if is_gateway else "sidecar",
        workload.trusted_proxies or 0,
    )


def _gateway(workload: Workload) -> dict[str, Any]:
    servers = [
        {
            "port": {"number": port.container, "name": f"http-{port.container}", "protocol": "HTTP"},
            "hosts": ["*"],
        }
        for port in workload.ports
    ]
    return _networking(workload, "Gateway", {"selector": dict(workload.labels), "servers": servers})


def _virtual_service(workload: Workload) -> dict[str, Any]:
    answer = {"directResponse": {"status": 200, "body": {"string": "{}"}}}
    return _networking(workload, "VirtualService", {"hosts": ["*"], "gateways": [workload.name], "http": [answer]})


def _networking(workload: Workload, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    meta = {"name": workload.name, "namespace": workload.namespace}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": meta, "spec": spec}
