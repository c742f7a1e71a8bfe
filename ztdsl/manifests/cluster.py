"""Workloads from the objects of a cluster: pods and what makes them, and the Services that lead to their ports.

What is malformed in an object counts as absent: an API server takes no such object.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ztdsl.manifests.known import KnownPort, KnownWorkload
from ztdsl.manifests.served import protocol_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_TEMPLATED: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
_GATEWAY_LABEL: Final = "gateway.networking.k8s.io/gateway-name"
_GATEWAYS: Final = ("ingressgateway", "egressgateway")
_NAME_LABELS: Final = ("app.kubernetes.io/name", "app", "k8s-app")
_PROXY_CONTAINERS: Final = ("istio-proxy", "istio-init", "istio-validation")
_OF_ONE_POD: Final = frozenset(
    {
        "pod-template-hash",
        "controller-revision-hash",
        "pod-template-generation",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
    }
)
"""Labels that controllers add, and in which pods of one template differ."""


@dataclass(frozen=True, slots=True)
class _Pods:
    """Pods of one kind: of one controller, or one by itself."""

    namespace: str
    name: str
    labels: dict[str, str]
    account: str
    ports: tuple[tuple[int, str | None], ...]


@dataclass(frozen=True, slots=True)
class _Service:
    """What leads to pods: a Service, or a ServiceEntry that selects workloads."""

    name: str
    selector: dict[str, Any]
    ports: tuple[dict[str, Any], ...]


class Cluster:
    """Objects of a cluster, taken one by one."""

    def __init__(self) -> None:
        self._pods: list[_Pods] = []
        self._services: dict[str, list[_Service]] = {}

    def take(self, plain: dict[str, Any]) -> None:
        """Keep what an object says of workloads; objects of other kinds say nothing."""
        kind, metadata, spec = plain.get("kind"), _object(plain, "metadata"), _object(plain, "spec")
        namespace, name = _text(metadata, "namespace") or "default", _text(metadata, "name") or ""
        if kind == "Service":
            self._add_service(namespace, _Service(name, _object(spec, "selector"), tuple(_objects(spec, "ports"))))
        elif kind == "ServiceEntry":
            labels = _object(_object(spec, "workloadSelector"), "labels")
            ports = tuple(_port_of_entry(port) for port in _objects(spec, "ports"))
            self._add_service(namespace, _Service(name, labels, ports))
        elif kind == "Pod":
            self._pods.append(_pods(namespace, metadata, spec, _owner(metadata) or name))
        elif kind in _TEMPLATED:
            template = _object(spec, "template")
            self._pods.append(_pods(namespace, _object(template, "metadata"), _object(template, "spec"), name))

    def _add_service(self, namespace: str, service: _Service) -> None:
        self._services.setdefault(namespace, []).append(service)

    def workloads(self) -> Iterator[KnownWorkload]:
        """One workload for each set of pods that have the same labels, named by their only Service if there is one."""
        seen: set[tuple[str, str, frozenset[tuple[str, str]]]] = set()
        for each in self._pods:
            labels = {key: value for key, value in each.labels.items() if key not in _OF_ONE_POD}
            key = (each.namespace, each.name, frozenset(labels.items()))
            if key in seen:
                continue
            seen.add(key)
            chosen = [service for service in self._services.get(each.namespace, []) if _selects(service, each.labels)]
            is_gateway = _is_gateway(each.labels)
            yield KnownWorkload(
                each.namespace,
                chosen[0].name if len(chosen) == 1 else each.name,
                each.labels,
                tuple(_at_gateway(port) if is_gateway else port for port in _ports(each, chosen)),
                each.account,
                "gateway" if is_gateway else "service",
            )


def _pods(namespace: str, metadata: dict[str, Any], spec: dict[str, Any], name: str) -> _Pods:
    ports = tuple(
        (port["containerPort"], _text(port, "name"))
        for container in _objects(spec, "containers")
        if container.get("name") not in _PROXY_CONTAINERS
        for port in _objects(container, "ports")
        if type(port.get("containerPort")) is int
    )
    labels = {key: value for key, value in _object(metadata, "labels").items() if isinstance(value, str)}
    named = next((labels[key] for key in _NAME_LABELS if labels.get(key)), name)
    return _Pods(namespace, named, labels, _text(spec, "serviceAccountName") or "default", ports)


def _owner(metadata: dict[str, Any]) -> str | None:
    """The name of the controller that made a pod; a ReplicaSet goes by the name of its Deployment."""
    owner = next(_objects(metadata, "ownerReferences"), {})
    name, suffix = _text(owner, "name"), _text(_object(metadata, "labels"), "pod-template-hash")
    return name.removesuffix(f"-{suffix}") if name and suffix and owner.get("kind") == "ReplicaSet" else name


def _port_of_entry(port: dict[str, Any]) -> dict[str, Any]:
    """The port of a ServiceEntry as that of a Service: its `protocol` says what serves it."""
    protocol = port.get("protocol")
    return {
        "port": port.get("number"),
        "targetPort": port.get("targetPort") or port.get("number"),
        "name": port.get("name"),
        "appProtocol": "" if protocol is None else protocol,
    }


def _selects(service: _Service, labels: Mapping[str, str]) -> bool:
    return bool(service.selector) and all(labels.get(key) == value for key, value in service.selector.items())


def _ports(pods: _Pods, services: Iterable[_Service]) -> list[KnownPort]:
    """The ports of the Services that select the pods, then those that only the containers declare.

    What serves a port of which Services say different things is not known.
    """
    named = {name: number for number, name in pods.ports if name}
    found: dict[int, KnownPort] = {}
    for service in services:
        for port in service.ports:
            number = _target(port, named)
            if number is None:
                continue
            protocol = protocol_of(port.get("appProtocol"), port.get("name"), port["port"])
            earlier = found.get(number)
            if earlier is None:
                found[number] = KnownPort(number, port["port"], _text(port, "name"), protocol)
            elif earlier.protocol != protocol:
                found[number] = replace(earlier, protocol=None)
    for number, name in pods.ports:
        found.setdefault(number, KnownPort(number, None, name, None))
    return list(found.values())


def _target(port: dict[str, Any], named: Mapping[str, int]) -> int | None:
    """The container's port that a Service's port leads to; None for other protocols than TCP."""
    if port.get("protocol", "TCP") != "TCP" or type(port.get("port")) is not int:
        return None
    target = port.get("targetPort", port["port"])
    if isinstance(target, str):
        return named.get(target)
    return target if type(target) is int else None


def _at_gateway(port: KnownPort) -> KnownPort:
    """A port of a gateway: whether TLS ends there and requests are read, a Gateway says, which nobody has shown."""
    return replace(port, protocol=None) if port.protocol == "tcp" else port


def _is_gateway(labels: Mapping[str, str]) -> bool:
    return _GATEWAY_LABEL in labels or labels.get("istio") in _GATEWAYS


def _object(plain: dict[str, Any], key: str) -> dict[str, Any]:
    value = plain.get(key)
    return value if isinstance(value, dict) else {}


def _objects(plain: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    value = plain.get(key)
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


def _text(plain: dict[str, Any], key: str) -> str | None:
    value = plain.get(key)
    return value if isinstance(value, str) else None
