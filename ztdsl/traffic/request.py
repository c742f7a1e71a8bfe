"""One request or connection as the proxy that decides it sees it: what both evaluators decide."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


class Proxy(StrEnum):
    """What enforces policies at the destination."""

    SIDECAR = "sidecar"
    GATEWAY = "gateway"
    WAYPOINT = "waypoint"
    ZTUNNEL = "ztunnel"


class Chain(StrEnum):
    """Which filters serve the port: those of an HTTP connection manager, or byte-level ones only."""

    HTTP = "http"
    TCP = "tcp"


class Tls(StrEnum):
    """How the client connects: the mesh's mutual TLS, TLS of the application's own, or plaintext."""

    MTLS = "mtls"
    OTHER = "other"
    NONE = "none"


class Place(StrEnum):
    """Where in a request a token stands."""

    HEADER = "header"
    PARAM = "param"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Destination:
    """The workload that is called.

    Attributes:
        namespace: where it runs.
        labels: its pod's labels; None where they are not known.
        port: the container's port (at a waypoint, the Service's); None where it is not known.
        chain: what serves the port.
        proxy: what enforces policies there.
        ip: the address that was called; None where it is not known.
        service: the Service whose waypoint decides; None elsewhere.
        trusted_proxies: how many proxies before this gateway are trusted; None for as many as the mesh says.
    """

    namespace: str
    labels: Mapping[str, str] | None
    port: int | None
    chain: Chain
    proxy: Proxy = Proxy.SIDECAR
    ip: str | None = None
    service: str | None = None
    trusted_proxies: int | None = None


@dataclass(frozen=True, slots=True)
class Http:
    """The parts of a request that policies test.

    Attributes:
        method: as sent.
        path: as sent, with its query.
        host: the authority as sent, with its port if there is one; None where it is not known.
        headers: lower-case names, each with its lines in order.
    """

    method: str
    path: str
    host: str | None
    headers: Mapping[str, tuple[str, ...]]

    @property
    def is_grpc(self) -> bool:
        """Whether the client reads a gRPC status instead of HTTP's."""
        return any(line.startswith("application/grpc") for line in self.headers.get("content-type", ()))


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """A place of a request by its name, such as the header `x-token`; header names are in lower case."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose signature and times verify; whether its issuer and audience are accepted is the policies' matter.

    `place` is None for the `Authorization` header after `Bearer `.
    """

    claims: Mapping[str, Any]
    place: TokenPlace | None = None


@dataclass(frozen=True, slots=True)
class InvalidToken:
    """A token that no key verifies, or whose time is over; `why` is in the sender's words."""

    why: str
    place: TokenPlace | None = None


AnyToken: TypeAlias = Token | InvalidToken


@dataclass(frozen=True, slots=True)
class Request:
    """One request, or one connection where `http` is None.

    Attributes:
        to: the workload that is called.
        peer: the SPIFFE identity of the client's certificate; None for a client without one.
        tls: how the client connects.
        source_ip: the address of the direct TCP peer; None where it is not known.
        remote_ip: the original client's address; None where it follows from `source_ip` and X-Forwarded-For.
        sni: the TLS server name that was asked for; None where none was.
        http: the request; None for a connection.
        tokens: every token that the request carries.
        id: what the sender calls it.
    """

    to: Destination
    peer: str | None
    tls: Tls
    source_ip: str | None = None
    remote_ip: str | None = None
    sni: str | None = None
    http: Http | None = None
    tokens: tuple[AnyToken, ...] = ()
    id: str | None = None
