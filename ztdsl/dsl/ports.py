"""Ports of a workload: the protocol, the container's number and, where it differs, the Service's.

A proxy beside a pod sees the container's port, never the Service's, so manifests always carry
the container's number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.declaration import Declaration
from ztdsl.quick import KW_ONLY, dataclass

if TYPE_CHECKING:
    from ztdsl.dsl.weakenings import Permissive


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Port(Declaration):
    """What every port carries; declare one of the kinds below.

    Attributes:
        container: the number that the process in the pod listens on (the Service's `targetPort`), 1 to 65535.
        service: the Service's number where it differs; only host patterns use it.
        mtls: plaintext beside mutual TLS on this port alone; STRICT, or what the namespace says, if None.
    """

    container: int
    _: KW_ONLY
    service: int | None = None
    mtls: Permissive | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HttpPort(Port):
    """A port that serves HTTP/1.1 or HTTP/2 in a way that the proxy can read (Istio protocol `http`, `http2`)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GrpcPort(Port):
    """A port that serves gRPC (Istio protocol `grpc`)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TcpPort(Port):
    """A port whose bytes the proxy does not read (Istio protocol `tcp`, `mysql`, `redis`, …)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TlsPort(Port):
    """A port whose TLS the application terminates itself (Istio protocol `tls`, `https`); TCP to the proxy."""
