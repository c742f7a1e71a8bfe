"""What istiod pushes to the workload of a topic: the jobs for its own code, and the listeners that matter here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.conformance.oracle import answers, istio_version
from tests.conformance.topics.shape import HOST, Plain, Topic, Workload

ADDRESS: Final = "10.0.0.1"
"""The workload's own, as istiod knows it."""
_SERVER_TLS: Final = {"https": "SIMPLE", "mutual": "MUTUAL", "tls": "PASSTHROUGH"}
_NOBODY: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
_BEHIND: Final = [{"destination": {"host": "backend.example.com"}}]


def listeners(topics: Sequence[Topic]) -> list[list[dict[str, Any]]]:
    """The listeners that requests reach from outside, for each topic."""
    return [
        [each for each in answer["listeners"] if _is_inbound(each, topic.workload)]
        for topic, answer in zip(topics, answers([_job(topic) for topic in topics]), strict=True)
    ]


def versions() -> Plain:
    """What answers for istiod."""
    return {"istio": istio_version()}


def _is_inbound(listener: Plain, workload: Workload) -> bool:
    return workload.kind == "gateway" or listener.get("trafficDirection") == "INBOUND"


def _job(topic: Topic) -> Plain:
    workload = topic.workload
    serving = _gateway(workload) if workload.kind == "gateway" else [_service(workload)]
    proxy = {
        "kind": workload.kind,
        "namespace": workload.namespace,
        "labels": dict(workload.labels),
        "address": ADDRESS,
    }
    return {"op": "listeners", "documents": [*topic.documents, *serving], "mesh": _mesh(topic.mesh), "proxy": proxy}


def _mesh(mesh: Mapping[str, Any]) -> Plain:
    """MeshConfig; what is not said has istiod's defaults."""
    made: Plain = {}
    for key, name in (
        ("trust_domain", "trustDomain"),
        ("trust_domain_aliases", "trustDomainAliases"),
        ("root_namespace", "rootNamespace"),
    ):
        if key in mesh:
            made[name] = mesh[key]
    if "path_normalization" in mesh:
        made["pathNormalization"] = {"normalization": mesh["path_normalization"].upper().replace("-", "_")}
    if "trusted_proxies" in mesh:
        made["defaultConfig"] = {"gatewayTopology": {"numTrustedProxies": mesh["trusted_proxies"]}}
    if "federated_trust_domains" in mesh:
        made["caCertificates"] = [{"pem": _NOBODY, "trustDomains": mesh["federated_trust_domains"]}]
    return made


def _object(kind: str, namespace: str, spec: Plain) -> Plain:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": kind,
        "metadata": {"name": "lab", "namespace": namespace},
        "spec": spec,
    }


def _service(workload: Workload) -> Plain:
    """The Service of a sidecar; a port without a protocol is sniffed, as an unnamed one of a Service is."""
    ports = [
        {"number": number, "name": f"port-{number}", **({"protocol": protocol.upper()} if protocol else {})}
        for number, protocol in workload.ports
    ]
    spec = {
        "hosts": [HOST],
        "location": "MESH_INTERNAL",
        "resolution": "STATIC",
        "ports": ports,
        "endpoints": [{"address": ADDRESS, "labels": dict(workload.labels)}],
    }
    return _object("ServiceEntry", workload.namespace, spec)


def _gateway(workload: Workload) -> list[Plain]:
    """The servers of a gateway, and routes without which istiod opens no port."""
    servers = []
    for number, protocol in workload.ports:
        name = "HTTPS" if protocol == "mutual" else protocol.upper()
        server: Plain = {"port": {"number": number, "name": f"port-{number}", "protocol": name}, "hosts": ["*"]}
        if protocol in _SERVER_TLS:
            secret = {} if protocol == "tls" else {"credentialName": "lab"}
            server["tls"] = {"mode": _SERVER_TLS[protocol], **secret}
        servers.append(server)
    routes = {
        "hosts": ["*"],
        "gateways": ["lab"],
        "http": [{"route": _BEHIND}],
        "tls": [{"match": [{"sniHosts": ["*"]}], "route": _BEHIND}],
    }
    return [
        _object("Gateway", workload.namespace, {"selector": dict(workload.labels), "servers": servers}),
        _object("VirtualService", workload.namespace, routes),
    ]
