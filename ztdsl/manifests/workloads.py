"""An inventory of workloads: names, labels, ports and accounts, from our own form or from Kubernetes objects.

Our own form is a list under `workloads`; Kubernetes objects are those that `kubectl get pods,services -o json` prints,
or the manifests that make them. The protocol of a port follows Istio's rules: `appProtocol` of the Service's port, else
the beginning of its name. Source: Istio `pkg/config/kube/conversion.go` (ConvertProtocol), `pkg/config/protocol`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.manifests.files import texts
from ztdsl.manifests.objects import objects
from ztdsl.manifests.source import Source
from ztdsl.manifests.traps import unreadable
from ztdsl.manifests.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ztdsl.diagnostics.model import Diagnostic

ServedAs: TypeAlias = Literal["http", "tcp"]

_HTTP: Final = frozenset({"http", "http2", "grpc", "grpc-web", "kubernetes.io/h2c", "kubernetes.io/ws"})
_TCP: Final = frozenset({"tcp", "tls", "https", "mongo", "redis", "mysql", "kubernetes.io/wss"})
_TEMPLATED: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"})
_GATEWAY_LABELS: Final = ("gateway.networking.k8s.io/gateway-name",)
_GATEWAY_IMAGE_LABEL: Final = ("istio", ("ingressgateway", "egressgateway"))
_NAME_LABELS: Final = ("app.kubernetes.io/name", "app", "k8s-app")
_PROXY_CONTAINERS: Final = frozenset({"istio-proxy", "istio-init", "istio-validation"})
_OWN_KEYS: Final = frozenset({"namespace", "name", "labels", "service_account", "kind", "ports"})
_OWN_PORT_KEYS: Final = frozenset({"container", "service", "name", "protocol"})


@dataclass(frozen=True, slots=True)
class KnownPort:
    """A port: its numbers in the container and in the Service, its name, and what serves it (None if not known)."""

    number: int
    service: int | None = None
    name: str | None = None
    protocol: ServedAs | None = None


@dataclass(frozen=True, slots=True)
class KnownWorkload:
    """A workload that is there.

    Attributes:
        namespace: where it runs.
        name: what people call it: the Service's name, else the controller's or the pod's.
        labels: its pods' labels.
        ports: its ports; of a pod without a Service those that its containers declare.
        service_account: the account of its pods; None where it is not known.
        kind: whether it is a gateway.
    """

    namespace: str
    name: str
    labels: Mapping[str, str] = field(hash=False)
    ports: tuple[KnownPort, ...] = ()
    service_account: str | None = None
    kind: Literal["service", "gateway"] = "service"


def read_workloads(path: str) -> tuple[tuple[KnownWorkload, ...], tuple[Diagnostic, ...]]:
    """The workloads that a file, a directory or stdin (`-`) lists, and what is wrong with it."""
    problems: list[Diagnostic] = []
    own: list[KnownWorkload] = []
    pods: list[_Pods] = []
    services: list[dict[str, Any]] = []
    for file, text in texts([path], problems):
        source = Source(file, text)
        try:
            for number, plain in enumerate(source.documents()):
                if isinstance(plain, dict) and "workloads" in plain and "kind" not in plain:
                    own += _own(source, number, plain["workloads"], problems)
                    continue
                for _, each in objects(plain):
                    if isinstance(each, dict):
                        _sort(each, pods, services)
        except Unreadable as error:
            problems.append(unreadable(file, text, error))
    found = (*own, *_workloads(pods, services))
    if not found and not problems:
        problems.append(diagnostic("ZT029", f"`{path}` lists no workload", None))
    return found, tuple(problems)


@dataclass(frozen=True, slots=True)
class _Pods:
    """Pods of one kind: of one controller, or one by itself."""

    namespace: str
    name: str
    labels: dict[str, str]
    account: str
    ports: tuple[tuple[int, str | None], ...]


def _own(source: Source, number: int, listed: object, problems: list[Diagnostic]) -> Iterator[KnownWorkload]:
    """The workloads of our own form; each that is not one is a problem at its place."""
    if not isinstance(listed, list):
        problems.append(_misfit(source, number, ("workloads",), "`workloads` is not a list"))
        return
    for index, each in enumerate(listed):
        path = ("workloads", index)
        wrong = _wrong(each)
        if wrong is not None:
            problems.append(_misfit(source, number, path, wrong))
            continue
        ports = tuple(
            KnownPort(port["container"], port.get("service"), port.get("name"), port.get("protocol"))
            for port in each.get("ports", [])
        )
        yield KnownWorkload(
            each["namespace"],
            each["name"],
            each.get("labels", {"app": each["name"]}),
            ports,
            each.get("service_account"),
            each.get("kind", "service"),
        )


def _wrong(plain: Any) -> str | None:  # noqa: ANN401 - what a file holds
    """What is wrong with one entry of our own form; None if nothing is."""
    if not isinstance(plain, dict):
        return "an entry of `workloads` is not an object"
    unknown = next((key for key in plain if key not in _OWN_KEYS), None)
    if unknown is not None:
        return f"unknown key `{unknown}`; a workload has {', '.join(sorted(_OWN_KEYS))}"
    if not all(isinstance(plain.get(key), str) and plain[key] for key in ("namespace", "name")):
        return "a workload needs `namespace` and `name`"
    labels = plain.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        return "`labels` maps names to texts"
    if plain.get("kind", "service") not in {"service", "gateway"}:
        return "`kind` is service or gateway"
    if not isinstance(plain.get("service_account", ""), str):
        return "`service_account` is a text"
    ports = plain.get("ports", [])
    if not isinstance(ports, list) or not all(_is_port(port) for port in ports):
        return "`ports` is a list of objects with `container` (a number), `service`, `name`, `protocol` (http or tcp)"
    return None


def _is_port(port: Any) -> bool:  # noqa: ANN401 - what a file holds
    return (
        isinstance(port, dict)
        and port.keys() <= _OWN_PORT_KEYS
        and type(port.get("container")) is int
        and (port.get("service") is None or type(port["service"]) is int)
        and isinstance(port.get("name", ""), str)
        and port.get("protocol") in {None, "http", "tcp"}
    )


def _misfit(source: Source, number: int, path: tuple[str | int, ...], message: str) -> Diagnostic:
    return diagnostic("ZT029", message, Label(source.span(number, path)))


def _sort(plain: dict[str, Any], pods: list[_Pods], services: list[dict[str, Any]]) -> None:
    kind = plain.get("kind")
    metadata = _at(plain, "metadata")
    namespace = str(metadata.get("namespace") or "default")
    if kind == "Service":
        services.append(plain)
    elif kind == "Pod":
        pods.append(_pod(namespace, metadata, _at(plain, "spec"), _owner_of(metadata)))
    elif kind in _TEMPLATED:
        template = _at(_at(plain, "spec"), "template")
        pods.append(_pod(namespace, _at(template, "metadata"), _at(template, "spec"), str(metadata.get("name"))))


def _pod(namespace: str, metadata: dict[str, Any], spec: dict[str, Any], name: str) -> _Pods:
    ports = tuple(
        (port["containerPort"], port.get("name"))
        for container in spec.get("containers") or []
        if isinstance(container, dict) and container.get("name") not in _PROXY_CONTAINERS
        for port in container.get("ports") or []
        if isinstance(port, dict) and type(port.get("containerPort")) is int
    )
    labels = {str(key): str(value) for key, value in _at(metadata, "labels").items()}
    account = spec.get("serviceAccountName") or "default"
    return _Pods(
        namespace, next((labels[key] for key in _NAME_LABELS if labels.get(key)), name), labels, account, ports
    )


def _owner_of(metadata: dict[str, Any]) -> str:
    owners = metadata.get("ownerReferences") or []
    owner = owners[0] if owners and isinstance(owners[0], dict) else {}
    return str(owner.get("name") or metadata.get("name"))


def _workloads(pods: Iterable[_Pods], services: Iterable[dict[str, Any]]) -> Iterator[KnownWorkload]:
    """One workload for each set of pods that have the same labels, named by their only Service if there is one."""
    by_namespace: dict[str, list[dict[str, Any]]] = {}
    for service in services:
        by_namespace.setdefault(str(_at(service, "metadata").get("namespace") or "default"), []).append(service)
    seen: set[tuple[str, str, frozenset[tuple[str, str]]]] = set()
    for each in pods:
        labels = {key: value for key, value in each.labels.items() if key != "pod-template-hash"}
        key = (each.namespace, each.name, frozenset(labels.items()))
        if key in seen:
            continue
        seen.add(key)
        chosen = [s for s in by_namespace.get(each.namespace, []) if _selects(s, each.labels)]
        is_gateway = _is_gateway(each.labels)
        yield KnownWorkload(
            each.namespace,
            str(_at(chosen[0], "metadata").get("name")) if len(chosen) == 1 else each.name,
            each.labels,
            tuple(_at_gateway(port) if is_gateway else port for port in _ports(each, chosen)),
            each.account,
            "gateway" if is_gateway else "service",
        )


def _selects(service: dict[str, Any], labels: Mapping[str, str]) -> bool:
    selector = _at(_at(service, "spec"), "selector")
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def _ports(pods: _Pods, services: Iterable[dict[str, Any]]) -> Iterator[KnownPort]:
    """The ports of the Services that select the pods, then those that only the containers declare."""
    named = {name: number for number, name in pods.ports if name}
    seen: set[int] = set()
    for service in services:
        for port in _at(service, "spec").get("ports") or []:
            if not isinstance(port, dict) or port.get("protocol", "TCP") != "TCP" or type(port.get("port")) is not int:
                continue
            target = port.get("targetPort", port["port"])
            number = named.get(target) if isinstance(target, str) else target
            if number is None or number in seen:
                continue
            seen.add(number)
            yield KnownPort(
                number, port["port"], port.get("name"), protocol_of(port.get("appProtocol"), port.get("name"))
            )
    for number, name in pods.ports:
        if number not in seen:
            seen.add(number)
            yield KnownPort(number, None, name, None)


def _at_gateway(port: KnownPort) -> KnownPort:
    """A port of a gateway: whether TLS ends there and requests are read, a Gateway says, which nobody has shown."""
    return replace(port, protocol=None) if port.protocol == "tcp" else port


def protocol_of(app_protocol: str | None, name: str | None) -> ServedAs | None:
    """What serves a Service's port; None where Istio finds out for each connection.

    The name counts up to its first hyphen.
    """
    word = app_protocol.lower() if app_protocol else (name or "").lower()
    if not app_protocol and word.startswith("grpc-web"):
        return "http"
    word = word if app_protocol else word.partition("-")[0]
    if word in _HTTP:
        return "http"
    return "tcp" if word in _TCP else None


def _is_gateway(labels: Mapping[str, str]) -> bool:
    key, values = _GATEWAY_IMAGE_LABEL
    return any(label in labels for label in _GATEWAY_LABELS) or labels.get(key) in values


def _at(plain: dict[str, Any], key: str) -> dict[str, Any]:
    value = plain.get(key)
    return value if isinstance(value, dict) else {}
