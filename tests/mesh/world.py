"""What a policy declares, as pods and services that run: each workload with its ports, and a stranger to the mesh."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING, Any, Final, Literal

from tests.conformance.lab import tokens
from tests.mesh.objects import ServicePort, ServiceSpec
from tests.mesh.pod import PodSpec
from ztdsl.ir.model import Model, Port, Protocol, Workload, WorkloadKind

if TYPE_CHECKING:
    from tests.mesh.mesh import Mesh

_ECHO: Final = 7000
OUTSIDE: Final = PodSpec("outside", "stranger", "stranger", {"app": "stranger"}, {_ECHO: "tcp"}, proxy=None)
"""A workload without sidecar, from which clients of any kind connect directly; it sends back what it gets."""
UNDECLARED_PORT: Final = 9
"""A port on which every sidecar's workload listens without saying so."""
UNDECLARED: Final = "undeclared"
"""The workload of a namespace that no policy declares."""
_SPOKEN: Final[dict[Protocol, Literal["http", "grpc", "tcp"]]] = {
    Protocol.HTTP: "http",
    Protocol.GRPC: "grpc",
    Protocol.TCP: "tcp",
    Protocol.TLS: "tcp",
}


def key_hosts_of(model: Model) -> list[str]:
    """The hosts that a key server must be called for the policy's issuers; one at least."""
    known = {urllib.parse.urlsplit(each.jwks_uri).hostname for each in model.issuers if each.jwks_uri}
    return sorted(host for host in known if host) or ["keys.example.com"]


def populate(mesh: Mesh, model: Model) -> None:
    """Start everything that a policy declares, with key servers for its issuers; the policy itself is not applied."""
    for each in model.issuers:
        if each.jwks_uri:
            mesh.key_server.serve(each.jwks_uri, tokens.key_set())
    mesh.add_pods(pods_of(model))
    mesh.add_services(services_of(model))
    if gateways := gateway_objects(model):
        mesh.cluster.apply(gateways)


def pods_of(model: Model) -> list[PodSpec]:
    """A pod for each workload, and the stranger."""
    return [*(_pod(each) for each in model.workloads), OUTSIDE]


def undeclared_pods_of(model: Model) -> list[PodSpec]:
    """For each namespace that the policy owns a pod that it does not declare, on the ports that others have there."""
    return [
        PodSpec(
            space.name,
            UNDECLARED,
            UNDECLARED,
            {"app": UNDECLARED},
            undeclared=sorted(
                {UNDECLARED_PORT}
                | {port.container for each in model.workloads if each.namespace == space.name for port in each.ports}
            ),
        )
        for space in model.namespaces
    ]


def services_of(model: Model) -> list[ServiceSpec]:
    """A Service for each workload with ports, and one for the stranger."""
    stranger = ServiceSpec(OUTSIDE.namespace, OUTSIDE.name, OUTSIDE.labels, [ServicePort(_ECHO, _ECHO, "tcp")])
    declared = [
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
    return [*declared, stranger]


def gateway_objects(model: Model) -> list[dict[str, Any]]:
    """For each gateway a Gateway that listens on its ports for every host, and what answers there.

    The gateway itself answers requests with status 200; TLS that it does not end goes on to the stranger.
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
        undeclared=() if is_gateway else (UNDECLARED_PORT,),
    )


def _gateway(workload: Workload) -> dict[str, Any]:
    servers = [_server(port) for port in workload.ports]
    return _networking(workload, "Gateway", {"selector": dict(workload.labels), "servers": servers})


def _server(port: Port) -> dict[str, Any]:
    if port.protocol is Protocol.TLS:
        facts = {"number": port.container, "name": f"tls-{port.container}", "protocol": "TLS"}
        return {"port": facts, "hosts": ["*"], "tls": {"mode": "PASSTHROUGH"}}
    facts = {"number": port.container, "name": f"http-{port.container}", "protocol": "HTTP"}
    return {"port": facts, "hosts": ["*"]}


def _virtual_service(workload: Workload) -> dict[str, Any]:
    answer = {"directResponse": {"status": 200, "body": {"string": "{}"}}}
    stranger = {"host": f"{OUTSIDE.name}.{OUTSIDE.namespace}.svc.cluster.local", "port": {"number": _ECHO}}
    passed_on = [
        {"match": [{"port": port.container, "sniHosts": ["*"]}], "route": [{"destination": stranger}]}
        for port in workload.ports
        if port.protocol is Protocol.TLS
    ]
    routes = {"http": [answer], **({"tls": passed_on} if passed_on else {})}
    return _networking(workload, "VirtualService", {"hosts": ["*"], "gateways": [workload.name], **routes})


def _networking(workload: Workload, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    meta = {"name": workload.name, "namespace": workload.namespace}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": meta, "spec": spec}
