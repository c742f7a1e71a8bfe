"""One value that a part of a request may have, and the request that several of them make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from ztdsl.traffic.request import Chain, Destination, Http, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Mapping

Parts: TypeAlias = "Mapping[str, Any]"
"""Fields of a request by their names; `header NAME` holds the lines of one header."""

HEADER: Final = "header "
USUAL: Final[Parts] = {
    "tls": Tls.NONE,
    "peer": None,
    "sni": None,
    "source_ip": "192.0.2.10",  # RFC 5737
    "remote_ip": None,
    "ip": "198.51.100.10",
    "method": "GET",
    "path": "/",
    "host": "app.example.com",
    "tokens": (),
}


class Choice(NamedTuple):
    """One value of one axis.

    Attributes:
        parts: what it sets in the request.
        term: what people call it and its like; None for what no rule names.
    """

    parts: Parts
    term: str | None = None


def request_of(to: Destination, parts: Parts) -> Request:
    """The request that has `parts`, and what is usual for the rest."""
    has = {**USUAL, **parts}
    http = None
    if to.chain is Chain.HTTP:
        headers = {name[len(HEADER) :]: has[name] for name in parts if name.startswith(HEADER) and has[name]}
        http = Http(has["method"], has["path"], has["host"], headers)
    return Request(
        at_address(to, has["ip"]),
        has["peer"],
        has["tls"],
        source_ip=has["source_ip"],
        remote_ip=has["remote_ip"],
        sni=has["sni"] if has["tls"] is not Tls.NONE else None,
        http=http,
        tokens=has["tokens"] if http is not None else (),
    )


def at_address(to: Destination, ip: str) -> Destination:
    """The destination with its address."""
    return Destination(
        to.namespace, to.labels, to.port, to.chain, to.proxy, ip, to.service, trusted_proxies=to.trusted_proxies
    )
