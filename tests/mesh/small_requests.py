"""Requests and objects for the small mesh, as tests write them down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from ztdsl.traffic.request import AnyToken, Chain, Destination, Http, Proxy, Request, Tls

CLIENT: Final = "spiffe://cluster.local/ns/shop/sa/client"
VISITOR: Final = "spiffe://cluster.local/ns/web/sa/visitor"
SERVER_PORTS: Final = {8080: "http", 7000: "tcp", 9000: "grpc"}

Plain = dict[str, Any]


def to(port: int = 8080, name: str = "server", space: str = "shop") -> Destination:
    """A port of a workload with a sidecar."""
    chain = Chain.TCP if SERVER_PORTS.get(port) == "tcp" else Chain.HTTP
    return Destination(space, {"app": name}, port, chain)


INGRESS: Final = Destination("edge", {"app": "ingress"}, 8080, Chain.HTTP, Proxy.GATEWAY, trusted_proxies=1)
PASSTHROUGH: Final = replace(INGRESS, port=8443, chain=Chain.TCP)
"""The gateway's port of TLS that it passes on unread, to the server's port of bytes."""


def get(
    path: str = "/",
    at: Destination | None = None,
    peer: str | None = CLIENT,
    carried: Iterable[AnyToken] = (),
    headers: Mapping[str, str] | None = None,
) -> Request:
    """A request by a peer of the mesh; by the stranger in plaintext if it is None."""
    lines = {name: (value,) for name, value in (headers or {}).items()}
    tls = Tls.NONE if peer is None else Tls.MTLS
    return Request(at or to(), peer, tls, http=Http("GET", path, None, lines), tokens=tuple(carried))


def connection(at: Destination | None = None, peer: str | None = CLIENT) -> Request:
    """A connection of bytes by a peer of the mesh; by the stranger in plaintext if it is None."""
    return Request(at or to(7000), peer, Tls.NONE if peer is None else Tls.MTLS)


def call(path: str, peer: str | None = CLIENT, carried: Iterable[AnyToken] = ()) -> Request:
    """A call of gRPC."""
    plain = get(path, to(9000), peer, carried, {"content-type": "application/grpc"})
    assert plain.http is not None
    return replace(plain, http=replace(plain.http, method="POST"))


def policy(kind: str, name: str, space: str = "shop", app: str | None = "server", **spec: Any) -> Plain:
    """An object of Istio's security kinds for one workload; for the whole namespace if `app` is None."""
    selector = {} if app is None else {"selector": {"matchLabels": {"app": app}}}
    meta = {"name": name, "namespace": space}
    return {"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": meta, "spec": {**selector, **spec}}
