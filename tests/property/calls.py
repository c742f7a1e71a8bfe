"""Calls of the random shop as requests that both evaluators decide."""

from __future__ import annotations

from tests.property.declared import is_http
from tests.property.shop import Call
from ztdsl import Gateway
from ztdsl.traffic.request import Chain, Destination, Http, Proxy, Request, Tls, Token


def request_of(call: Call) -> Request:
    """The request that `call` is; a client without identity speaks plaintext, or its own TLS to a passthrough port."""
    is_gateway = isinstance(call.to, Gateway)
    labels = dict(call.to.labels) if call.to.labels is not None else {"app": call.to.name}
    to = Destination(
        call.to.namespace.name,
        labels,
        call.port.container,
        Chain.HTTP if is_http(call) else Chain.TCP,
        Proxy.GATEWAY if is_gateway else Proxy.SIDECAR,
    )
    peer = None if call.peer is None else "spiffe://{}/ns/{}/sa/{}".format(*call.peer)
    tls = Tls.MTLS if peer is not None else Tls.OTHER if is_gateway and not is_http(call) else Tls.NONE
    http: Http | None = None
    tokens: tuple[Token, ...] = ()
    if is_http(call):
        lines: dict[str, tuple[str, ...]] = {}
        for name, value in call.headers:
            lines[name.lower()] = (*lines.get(name.lower(), ()), value)
        http = Http(call.method, call.path, call.host, lines)
        tokens = () if call.token is None else (Token(call.token),)
    return Request(to, peer, tls, call.source_ip, call.client_ip, call.server_name or None, http, tokens)
