"""Objects of Kubernetes that controllers or people would make beside a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_APP_PROTOCOLS: Final = {"http": "http", "tcp": "tcp", "grpc": "grpc"}


@dataclass(frozen=True)
class ServicePort:
    """A port of a service: its own number, the container's, and the protocol that its name says."""

    number: int
    container: int
    protocol: str

    @property
    def name(self) -> str:
        """As Istio reads a protocol from a port's name."""
        return f"{_APP_PROTOCOLS[self.protocol]}-{self.number}"


@dataclass(frozen=True)
class ServiceSpec:
    """A service and the pods that it selects."""

    namespace: str
    name: str
    selector: Mapping[str, str]
    ports: Sequence[ServicePort]

    def manifests(self, behind: Mapping[str, str]) -> list[dict[str, Any]]:
        """The service, and the slice of endpoints that a controller makes of the pods `behind` it.

        Args:
            behind: the addresses of pods by their names.
        """
        meta = {"name": self.name, "namespace": self.namespace}
        ports = [{"name": each.name, "port": each.number, "targetPort": each.container} for each in self.ports]
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {**meta, "labels": {"app": self.name}},
            "spec": {"selector": dict(self.selector), "ports": ports},
        }
        endpoints = [
            {
                "addresses": [address],
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "name": name, "namespace": self.namespace},
            }
            for name, address in behind.items()
        ]
        piece = {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**meta, "labels": {"kubernetes.io/service-name": self.name}},
            "addressType": "IPv4",
            "ports": [{"name": each.name, "port": each.container, "protocol": "TCP"} for each in self.ports],
            "endpoints": endpoints,
        }
        return [service, piece]


def namespace(name: str) -> dict[str, Any]:
    """A namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def account(space: str, name: str) -> dict[str, Any]:
    """A service account."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": space}}


def fresh_connections() -> dict[str, Any]:
    """Lets sidecars open a connection for each request.

    One that is open when a policy changes has the old policy for its next request, see `test_open_connections`.
    """
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "fresh", "namespace": "istio-system"},
        "spec": {"host": "*.local", "trafficPolicy": {"connectionPool": {"http": {"maxRequestsPerConnection": 1}}}},
    }
