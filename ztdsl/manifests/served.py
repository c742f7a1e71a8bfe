"""What serves a port, by the rules of Istio.

Source: Istio `pkg/config/kube/conversion.go` (ConvertProtocol), `pkg/config/protocol/instance.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ztdsl.manifests.known import ServedAs

_HTTP: Final = frozenset({"http", "http_proxy", "http2", "grpc", "grpc-web"})
_TCP: Final = frozenset({"tcp", "tls", "https", "mongo", "redis", "mysql"})
_KUBERNETES: Final[dict[str, ServedAs]] = {
    "kubernetes.io/h2c": "http",
    "kubernetes.io/ws": "http",
    "kubernetes.io/wss": "tcp",
}
_WELL_KNOWN: Final = frozenset({25, 53, 3306, 27017})
"""Ports of protocols in which the server speaks first: there Istio does not wait to find out."""


def protocol_of(app_protocol: object, name: object, port: int | None = None) -> ServedAs | None:
    """What serves the port of a Service; None where Istio finds out for each connection.

    Args:
        app_protocol: the field `appProtocol`; it wins over the name.
        name: the port's name, which counts up to its first hyphen.
        port: the Service's number.
    """
    if isinstance(app_protocol, str) and app_protocol in _KUBERNETES:
        return _KUBERNETES[app_protocol]
    word = name if app_protocol is None else app_protocol
    word = word.lower() if isinstance(word, str) else ""
    if word.startswith("grpc-web"):
        return "http"
    word = word.partition("-")[0]
    if word in _HTTP:
        return "http"
    return "tcp" if word in _TCP or (word != "udp" and port in _WELL_KNOWN) else None
