"""Where an object applies: a workload of the inventory, or one that has just the labels that the object asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.istio.evaluate.attachment import GATEWAY_NAME
from ztdsl.traffic.request import Chain, Destination, Proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.istio.kinds import Manifest, TargetRef
    from ztdsl.manifests.workloads import KnownWorkload

DEFAULT_PORT: Final = 8080
_NAMES: Final = ("istio", "app", "app.kubernetes.io/name")  # labels by which charts name gateways


class Place(NamedTuple):
    """One workload.

    Attributes:
        namespace: where it runs.
        labels: of its pods.
        proxy: what enforces policies there.
        known: the workload of the inventory; None where none was given.
        service: the Service whose waypoint it is; None elsewhere.
    """

    namespace: str
    labels: Mapping[str, str]
    proxy: Proxy
    known: KnownWorkload | None = None
    service: str | None = None

    def destination(self, port: int, chain: Chain = Chain.HTTP) -> Destination:
        """A port of the workload, as requests name it."""
        return Destination(self.namespace, self.labels, port, chain, self.proxy, service=self.service)

    @property
    def words(self) -> str:
        """The workload, as people call it."""
        if self.known is not None:
            return f"`{self.namespace}/{self.known.name}`"
        if self.service is not None:
            return f"the waypoint of `{self.service}` in `{self.namespace}`"
        if not self.labels:
            return f"a workload in `{self.namespace}`"
        labels = ", ".join(f"{key}: {value}" for key, value in sorted(self.labels.items()))
        return f"a workload `{labels}` in `{self.namespace}`"


def place_of(workload: KnownWorkload) -> Place:
    """The place of a workload of the inventory."""
    proxy = Proxy.GATEWAY if workload.kind == "gateway" else Proxy.SIDECAR
    return Place(workload.namespace, workload.labels, proxy, workload)


def supposed(manifest: Manifest, namespace: str) -> Place:
    """A workload in `namespace` that has what `manifest` asks for and nothing else."""
    references = getattr(manifest, "target_refs", ())
    if references:
        return _referred(references[0], namespace)
    labels = {} if manifest.selector is None else dict(manifest.selector.match_labels)
    is_gateway = any("gateway" in labels.get(name, "") for name in _NAMES)
    return Place(namespace, labels, Proxy.GATEWAY if is_gateway else Proxy.SIDECAR)


def _referred(reference: TargetRef, namespace: str) -> Place:
    if reference.kind == "Gateway":
        return Place(namespace, {GATEWAY_NAME: reference.name}, Proxy.GATEWAY)
    return Place(namespace, {}, Proxy.WAYPOINT, service=reference.name)
