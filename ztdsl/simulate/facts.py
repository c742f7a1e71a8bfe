"""What a policy can test of one request, prepared once for all rules."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ztdsl.quick import dataclass
from ztdsl.simulate.truth import Unknown
from ztdsl.traffic.addresses import Address, parse_address, remote_address
from ztdsl.traffic.request import Proxy, Tls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.simulate.tokens import Verified
    from ztdsl.traffic.request import Request

NO_SOURCE: Final = Unknown("the address that connects is not known")
NO_CLIENT: Final = Unknown("the address of the original client is not known")
NO_HOST: Final = Unknown("the host that was asked for is not known")
_SCHEME: Final = "spiffe://"
_FORWARDED_FOR: Final = "x-forwarded-for"


@dataclass(frozen=True, slots=True)
class Facts:
    """One request as rules test it.

    Attributes:
        identity: the client's identity without its scheme; None for a client that proved none.
        source: the address that connects.
        client: the address of the original client.
        server_name: the TLS server name, in lower case; empty where none was sent, as in plaintext.
        method: the HTTP method; empty for connections.
        path: the normalized path without its query; empty for connections.
        host: the authority in lower case.
        headers: the lines of each header, by lower-case names.
        token: the verified token that counts.
    """

    identity: str | None
    source: Address | Unknown
    client: Address | Unknown
    server_name: str
    method: str
    path: str | Unknown
    host: str | Unknown
    headers: Mapping[str, tuple[str, ...] | Unknown]
    token: Verified | None


def facts(
    request: Request,
    path: str | Unknown,
    token: Verified | None,
    headers: Mapping[str, tuple[str, ...] | Unknown],
    trusted_proxies: int,
) -> Facts:
    """The facts of `request`; `path` is normalized and has no query."""
    http = request.http
    return Facts(
        _identity(request),
        NO_SOURCE if request.source_ip is None else _address(request.source_ip),
        _client(request, trusted_proxies),
        (request.sni or "").lower() if request.tls is not Tls.NONE else "",
        "" if http is None else http.method,
        path,
        NO_HOST if http is None or http.host is None else http.host.lower(),
        headers,
        token,
    )


def _identity(request: Request) -> str | None:
    """Only the mesh's mutual TLS proves an identity."""
    return request.peer.removeprefix(_SCHEME) if request.peer is not None and request.tls is Tls.MTLS else None


def _client(request: Request, trusted_proxies: int) -> Address | Unknown:
    """What the request says, or what the trusted proxies before a gateway report of it."""
    address = request.remote_ip
    if address is None:
        lines = request.http.headers.get(_FORWARDED_FOR, ()) if request.http is not None else ()
        is_gateway = request.to.proxy is Proxy.GATEWAY
        address = remote_address(request.source_ip, lines, is_gateway=is_gateway, trusted_proxies=trusted_proxies)
    return NO_CLIENT if address is None else _address(address)


@lru_cache(4096)
def _address(text: str) -> Address | Unknown:
    try:
        return parse_address(text)
    except ValueError:
        return Unknown(f"`{text}` is not an IP address")
