"""A request as JSON, for reports: what the batch interface takes, so that what was found can be asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ztdsl.traffic.request import InvalidToken, Proxy

if TYPE_CHECKING:
    from ztdsl.traffic.request import AnyToken, Http, Request


def request_document(request: Request) -> dict[str, Any]:
    """The JSON object that `wire.request_from` reads as `request`; what is not known is left out.

    The claims of its tokens are in it: it is for requests that `ztc` made up, or that the user gave.
    """
    to = request.to
    plain: dict[str, Any] = {
        "to": {
            "namespace": to.namespace,
            **({} if to.labels is None else {"labels": dict(to.labels)}),
            **({} if to.port is None else {"port": to.port}),
            "protocol": to.chain.value,
            **({} if to.proxy is Proxy.SIDECAR else {"proxy": to.proxy.value}),
            **({} if to.ip is None else {"ip": to.ip}),
            **({} if to.service is None else {"service": to.service}),
            **({} if to.trusted_proxies is None else {"trusted_proxies": to.trusted_proxies}),
        },
        "peer": request.peer,
        "tls": request.tls.value,
        "source_ip": request.source_ip,
        "remote_ip": request.remote_ip,
        "sni": request.sni,
        "http": None if request.http is None else _http(request.http),
    }
    if request.id is not None:
        plain["id"] = request.id
    if request.tokens:
        plain["token"] = [_token(each) for each in request.tokens]
    return {key: value for key, value in plain.items() if value is not None or key == "peer"}


def _http(http: Http) -> dict[str, Any]:
    plain: dict[str, Any] = {"method": http.method, "path": http.path}
    if http.host is not None:
        plain["host"] = http.host
    if http.headers:
        plain["headers"] = {name: list(lines) for name, lines in http.headers.items()}
    return plain


def _token(token: AnyToken) -> dict[str, Any]:
    what = {"invalid": token.why} if isinstance(token, InvalidToken) else {"claims": dict(token.claims)}
    return what if token.place is None else {**what, "in": {token.place.place.value: token.place.name}}
