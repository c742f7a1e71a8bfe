"""What one proxy knows about one request when it evaluates rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.istio.evaluate.tokens import NOT_READ
from ztdsl.traffic.addresses import Address, parse_address, remote_address
from ztdsl.traffic.paths import UnclearPathError, matched_path, normalize
from ztdsl.traffic.request import Tls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ztdsl.istio.evaluate.tokens import TokenResult
    from ztdsl.traffic.mesh import PathNormalization
    from ztdsl.traffic.request import Http, Request


class LackingFactError(Exception):
    """A test needs a fact that was not given; the message names it."""


class Setting(NamedTuple):
    """What the proxy does to every request before its rules.

    Attributes:
        normalization: what happens to paths.
        is_gateway: whether it is a gateway, which decides what X-Forwarded-For means.
        trusted_proxies: how many proxies before a gateway are trusted.
        reads_server_name: whether it looks for TLS at all; on a port without any it does not.
    """

    normalization: PathNormalization
    is_gateway: bool
    trusted_proxies: int
    reads_server_name: bool = True


class Facts:
    """One request at one proxy.

    The attributes after the first two are worked out when a test first reads them, and kept: most rules test few.
    Reading one raises `LackingFactError` where what it follows from was not given.

    Attributes:
        request: what was sent.
        setting: what the proxy does to it.
        tokens: what the filter of tokens made of the request; nothing before it has run.
        http: the request on the connection.
        identity: the identity that the connection proves; None without one.
        claims: the claims of the accepted token; None without one.
        port: the port of the connection as the proxy sees it.
        method: the method.
        whole_path: the path with its query, as Envoy leaves it to the filters.
        path: the path without its query, which is what the field `paths` sees.
        host: the authority as it was sent.
        server_name: the TLS server name in lower case, as Envoy's inspector gives it; empty without one.
        source: the address of the connection's peer.
        remote: the address that the proxy takes for the original client's.
        destination: the address that was called.
    """

    __slots__ = (
        "claims",
        "destination",
        "host",
        "http",
        "identity",
        "method",
        "path",
        "port",
        "remote",
        "request",
        "server_name",
        "setting",
        "source",
        "tokens",
        "whole_path",
    )

    tokens: TokenResult
    http: Http
    identity: str | None
    claims: Mapping[str, Any] | None
    port: int
    method: str
    whole_path: str
    path: str
    host: str
    server_name: str
    source: Address
    remote: Address
    destination: Address

    def __init__(self, request: Request, setting: Setting) -> None:
        self.request = request
        self.setting = setting

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - each attribute has its type above
        """The attribute `name`, worked out and kept.

        Raises:
            LackingFactError: what it follows from was not given.
            AttributeError: there is no such attribute.
        """
        derive = _DERIVED.get(name)
        if derive is None:
            raise AttributeError(name)
        value = derive(self)
        if name not in _OF_TOKENS:
            setattr(self, name, value)
        return value


def _http(facts: Facts) -> Http:
    http = facts.request.http
    if http is None:
        msg = "http, the request that the connection carries"
        raise LackingFactError(msg)
    return http


def _identity(facts: Facts) -> str | None:
    """Only the mesh's mutual TLS proves an identity."""
    request = facts.request
    identity: str | None = _given(request.peer, "peer") if request.tls is Tls.MTLS else None
    return identity


def _host(facts: Facts) -> str:
    """The authority; a second line of it, which some versions of Envoy join to the first, makes it uncertain."""
    http = facts.http
    if http.host is None or "host" in http.headers:
        msg = "http.host"
        raise LackingFactError(msg)
    return http.host


def _server_name(facts: Facts) -> str:
    request = facts.request
    is_seen = facts.setting.reads_server_name and request.tls is not Tls.NONE
    return (request.sni or "").lower() if is_seen else ""


def _claims(facts: Facts) -> Mapping[str, Any] | None:
    _http(facts)
    return facts.tokens.claims


def _whole_path(facts: Facts) -> str:
    return _normalized(facts, normalize)


def _path(facts: Facts) -> str:
    return _normalized(facts, matched_path)


def _normalized(facts: Facts, normalizes: Callable[[str, PathNormalization], str]) -> str:
    try:
        return normalizes(facts.http.path, facts.setting.normalization)
    except UnclearPathError as unclear:
        msg = f"http.path: {unclear}"
        raise LackingFactError(msg) from None


def _remote(facts: Facts) -> Address:
    request, setting = facts.request, facts.setting
    if request.remote_ip is not None:
        return _address(request.remote_ip, "remote_ip")
    lines: Sequence[str] = () if request.http is None else request.http.headers.get("x-forwarded-for", ())
    derived = remote_address(
        request.source_ip, lines, is_gateway=setting.is_gateway, trusted_proxies=setting.trusted_proxies
    )
    return _address(derived, "remote_ip")


def _given(value: Any, name: str) -> Any:  # noqa: ANN401 - returns what it is given
    if value is None:
        raise LackingFactError(name)
    return value


def _address(text: str | None, name: str) -> Address:
    try:
        return parse_address(_given(text, name))
    except ValueError:
        msg = f"{name}: {text!r} is no address"
        raise LackingFactError(msg) from None


_OF_TOKENS: Final = frozenset({"tokens", "claims"})
"""What changes when tokens are read."""

_DERIVED: Final[dict[str, Callable[[Facts], Any]]] = {
    "tokens": lambda _: NOT_READ,
    "http": _http,
    "identity": _identity,
    "claims": _claims,
    "port": lambda facts: _given(facts.request.to.port, "to.port"),
    "method": lambda facts: facts.http.method,
    "whole_path": _whole_path,
    "path": _path,
    "host": _host,
    "server_name": _server_name,
    "source": lambda facts: _address(facts.request.source_ip, "source_ip"),
    "remote": _remote,
    "destination": lambda facts: _address(facts.request.to.ip, "to.ip"),
}
