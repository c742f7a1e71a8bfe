"""A request in the making, whose parts are changed one at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ztdsl.quick import dataclass
from ztdsl.traffic.request import Chain, Destination, Http, Proxy, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.traffic.request import AnyToken

Lines = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The parts of one request; `headers` are single lines with lower-case names."""

    namespace: str
    labels: Mapping[str, str]
    port: int
    chain: Chain
    proxy: Proxy
    peer: str | None = None
    tls: Tls = Tls.NONE
    source_ip: str = "198.18.0.10"
    remote_ip: str | None = None
    sni: str | None = None
    method: str = "GET"
    path: str = "/"
    host: str = "service.example.com"
    headers: Lines = ()
    token: AnyToken | None = None
    trusted_proxies: int | None = None

    def but(self, **changes: Any) -> Draft:  # noqa: ANN401 - the fields above
        """The draft with other values of some fields."""
        return replace(self, **changes)

    def key(self) -> tuple[object, ...]:
        """What two drafts of one request have in common, and no others."""
        where = (self.namespace, tuple(self.labels.items()), self.port, self.chain, self.proxy)
        who = (self.peer, self.tls, self.source_ip, self.remote_ip, self.sni, repr(self.token))
        return (*where, *who, self.method, self.path, self.host, self.headers)

    def request(self) -> Request:
        """The request itself."""
        proxies = self.trusted_proxies
        to = Destination(self.namespace, self.labels, self.port, self.chain, self.proxy, trusted_proxies=proxies)
        tokens = () if self.token is None else (self.token,)
        http = None
        if self.chain is Chain.HTTP:
            lines: dict[str, tuple[str, ...]] = {}
            for name, value in self.headers:
                lines[name] = (*lines.get(name, ()), value)
            http = Http(self.method, self.path, self.host, lines)
        return Request(to, self.peer, self.tls, self.source_ip, self.remote_ip, self.sni, http, tokens)
