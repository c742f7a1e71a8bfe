"""The workloads that changed objects concern, and the ports at which to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate.attachment import GATEWAY_NAME
from ztdsl.istio.kinds import AuthorizationPolicy, PeerAuthentication
from ztdsl.traffic.mesh import DataPlane
from ztdsl.traffic.request import Chain, Destination, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ztdsl.ir.model import Model
    from ztdsl.istio.kinds import Manifest, TargetRef
    from ztdsl.manifests.known import KnownWorkload, ServedAs
    from ztdsl.traffic.mesh import Mesh

USUAL_PORT: Final = 8080
_UNDECLARED: Final = (7777, 7776, 7775)
_GATEWAY_LABELS: Final = ("istio", "app", "app.kubernetes.io/name")  # labels by which charts name gateways
_BOTH: Final = (Chain.HTTP, Chain.TCP)
_ELSEWHERE: Final = "any-other-namespace"


class Place(NamedTuple):
    """A workload.

    Attributes:
        namespace: where it runs.
        labels: of its pods.
        name: what people call it.
        proxy: what enforces policies there.
        ports: its ports, each with what may serve it.
        account: its service account; None where it is not known.
        service: the Service whose waypoint it is.
        trusted_proxies: how many proxies before a gateway are trusted; None for as many as the mesh says.
    """

    namespace: str
    labels: Mapping[str, str]
    name: str
    proxy: Proxy
    ports: tuple[tuple[int, tuple[Chain, ...]], ...] = ()
    account: str | None = None
    service: str | None = None
    trusted_proxies: int | None = None

    def at(self, port: int, chain: Chain) -> Destination:
        """One of its ports."""
        return Destination(
            self.namespace,
            self.labels,
            port,
            chain,
            self.proxy,
            service=self.service,
            trusted_proxies=self.trusted_proxies,
        )

    def is_other(self, port: int, named: Iterable[int]) -> bool:
        """Whether a port that is looked at stands for all that nobody names."""
        return port in _UNDECLARED and port not in dict(self.ports) and port not in set(named)

    def looked_at(self, named: Iterable[int]) -> list[tuple[int, tuple[Chain, ...]]]:
        """The ports to look at: its own, those that objects name, and one that nobody names."""
        ports = dict(self.ports)
        for number in named:
            ports.setdefault(number, _BOTH)
        if not ports:
            ports[USUAL_PORT] = _BOTH
        if self.proxy is not Proxy.GATEWAY:
            ports[next(number for number in _UNDECLARED if number not in ports)] = _BOTH
        if self.proxy is Proxy.ZTUNNEL:
            return [(number, (Chain.TCP,)) for number in ports]
        return list(ports.items())


class Places:
    """The workloads that are known, found by namespace and label."""

    def __init__(
        self,
        manifests: Iterable[Manifest],
        mesh: Mesh,
        workloads: Sequence[KnownWorkload] | None,
        model: Model | None,
    ) -> None:
        self._mesh = mesh
        self._proxy = Proxy.ZTUNNEL if mesh.data_plane is DataPlane.AMBIENT else Proxy.SIDECAR
        self.is_inventory = workloads is not None
        found: dict[tuple[str, str], Place] = {}
        for known in workloads or ():
            found[known.namespace, known.name] = self._known(known)
        for place in _of_model(model, self._proxy):
            found[place.namespace, place.name] = place
        self.known = list(found.values())
        if workloads is None:
            self.known += self._supposed(manifests, self.known)
        self._by_namespace: dict[str, list[Place]] = {}
        self._by_label: dict[tuple[str | None, tuple[str, str]], list[Place]] = {}
        for place in self.known:
            self._by_namespace.setdefault(place.namespace, []).append(place)
            for pair in place.labels.items():
                self._by_label.setdefault((place.namespace, pair), []).append(place)
                self._by_label.setdefault((None, pair), []).append(place)

    @property
    def accounts(self) -> dict[tuple[str, str], str]:
        """Names of workloads by the namespace and the name of their account."""
        return {(place.namespace, place.account): place.name for place in self.known if place.account is not None}

    def concerned(self, manifests: Iterable[Manifest]) -> list[Place]:
        """The workloads that any of these objects may apply to, each once."""
        found: dict[tuple[object, ...], Place] = {}
        for manifest in manifests:
            for place in self._of(manifest):
                found.setdefault((place.namespace, place.name, place.proxy, tuple(place.labels.items())), place)
        return list(found.values())

    def _of(self, manifest: Manifest) -> Iterator[Place]:
        namespace = manifest.meta.namespace
        is_root = namespace == self._mesh.root_namespace
        if not isinstance(manifest, PeerAuthentication) and manifest.target_refs:
            for reference in manifest.target_refs:
                yield from self._referred(reference, namespace)
            return
        labels = () if manifest.selector is None else manifest.selector.match_labels
        if labels:
            near = self._by_label.get((None if is_root else namespace, labels[0]), ())
            fitting = [each for each in near if all(each.labels.get(key) == value for key, value in labels)]
            yield from fitting or [self._with_labels(namespace, dict(labels))]
            return
        yield from self.known if is_root else self._by_namespace.get(namespace, ())
        where = _ELSEWHERE if is_root else namespace
        name = "any workload of other namespaces" if is_root else "any other workload"
        yield Place(where, {}, name, self._proxy)
        if is_root:
            yield Place(namespace, {}, "any other workload", self._proxy)

    def _referred(self, reference: TargetRef, namespace: str) -> Iterator[Place]:
        if reference.kind == "Gateway":
            pair = (GATEWAY_NAME, reference.name)
            yield from self._by_label.get((namespace, pair), ()) or [
                Place(namespace, {GATEWAY_NAME: reference.name}, reference.name, Proxy.GATEWAY)
            ]
        elif reference.kind == "GatewayClass":
            yield Place(_ELSEWHERE, {GATEWAY_NAME: "waypoint"}, "any waypoint", Proxy.WAYPOINT, service="any-service")
        else:
            labels = {GATEWAY_NAME: "waypoint"}
            name = f"the waypoint of {reference.name}"
            yield Place(namespace, labels, name, Proxy.WAYPOINT, service=reference.name)

    def _known(self, known: KnownWorkload) -> Place:
        proxy = Proxy.GATEWAY if known.kind == "gateway" else self._proxy
        ports = tuple((port.number, _chains(port.protocol)) for port in known.ports)
        return Place(known.namespace, dict(known.labels), known.name, proxy, ports, known.service_account)

    def _supposed(self, manifests: Iterable[Manifest], known: Iterable[Place]) -> Iterator[Place]:
        """Workloads that have just the labels that some object selects, where no inventory tells."""
        seen = {(place.namespace, tuple(sorted(place.labels.items()))) for place in known}
        for manifest in manifests:
            labels = () if manifest.selector is None else manifest.selector.match_labels
            key = (manifest.meta.namespace, tuple(sorted(labels)))
            if labels and key not in seen:
                seen.add(key)
                yield self._with_labels(manifest.meta.namespace, dict(labels))

    def _with_labels(self, namespace: str, labels: Mapping[str, str]) -> Place:
        is_gateway = any("gateway" in labels.get(name, "") for name in _GATEWAY_LABELS)
        name = next((labels[each] for each in reversed(_GATEWAY_LABELS) if labels.get(each)), None)
        if name is None or len(labels) > 1:
            name = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        return Place(namespace, labels, name, Proxy.GATEWAY if is_gateway else self._proxy)


def _chains(protocol: ServedAs | None) -> tuple[Chain, ...]:
    return _BOTH if protocol is None else (Chain(protocol),)


def _of_model(model: Model | None, proxy: Proxy) -> Iterator[Place]:
    for each in () if model is None else model.workloads:
        ports = tuple((port.container, (Chain.HTTP if port.protocol.is_http else Chain.TCP,)) for port in each.ports)
        yield Place(
            each.namespace,
            dict(each.labels),
            each.name,
            Proxy.GATEWAY if each.kind.value == "gateway" else proxy,
            ports,
            each.service_account,
            trusted_proxies=each.trusted_proxies,
        )


def ports_of(manifests: Iterable[Manifest]) -> list[int]:
    """The ports that objects name."""
    found: dict[int, None] = {}
    for manifest in manifests:
        if isinstance(manifest, PeerAuthentication):
            found |= {number: None for number, _ in manifest.port_level}
        elif isinstance(manifest, AuthorizationPolicy):
            found |= {int(each): None for each in _port_texts(manifest) if each.isascii() and each.isdecimal()}
    return [number for number in found if 0 < number < 1 << 16]


def _port_texts(policy: AuthorizationPolicy) -> Iterator[str]:
    for rule in policy.rules:
        for operation in rule.operations:
            yield from (*operation.ports, *operation.not_ports)
        for condition in rule.conditions:
            if condition.key == "destination.port":
                yield from (*condition.values, *condition.not_values)
