"""What a rule is about: one port of one workload, or one port of every workload of a namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.dsl.declaration import Declaration
from ztdsl.dsl.ports import TcpPort, TlsPort
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from ztdsl.dsl.ports import GrpcPort, HttpPort, Port
    from ztdsl.dsl.workloads import Gateway, Namespace, Service


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Endpoint(Declaration):
    """One port of a workload, or of every workload of a namespace; made by `at` and `every`."""

    target: Service | Gateway | Namespace
    port: Port


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HttpEndpoint(Endpoint):
    """An endpoint whose requests the proxy can read: rules about it are `allow`, `deny` and `audit`."""

    port: HttpPort | GrpcPort


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TcpEndpoint(Endpoint):
    """An endpoint whose bytes the proxy does not read: rules about it are `allow_tcp`, `deny_tcp` and `audit_tcp`."""

    port: TcpPort | TlsPort


_CONNECTIONS: Final = (TcpPort, TlsPort)


def endpoint(target: Service | Gateway | Namespace, port: Port) -> Endpoint:
    """The endpoint of `port`, of the kind that its protocol asks for."""
    if isinstance(port, _CONNECTIONS):
        return TcpEndpoint(target, port)
    return HttpEndpoint(target, port)  # type: ignore[arg-type] # anything else is refused by `resolve`
