"""Requests that surely reach the filters of policies as they were sent: quick tests, for most do.

What passes them passes `malformed.receive` unchanged; what does not may still do so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.traffic.malformed import METHODS, are_headers, is_host, is_readable
from ztdsl.traffic.paths import CHANGING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.traffic.request import Http

HTTP_1: Final = frozenset(METHODS)
_GRPC: Final = "application/grpc"
_MOST_KEPT: Final = 1 << 14

_search: Final = CHANGING.search
_hosts: Final[set[str | None]] = {None}
"""Authorities that were met before; what is not known may be one."""


def is_settled(path: str) -> bool:
    """Whether no normalization changes the path, and it has no query."""
    return _search(path) is None and "//" not in path and path[:1] == "/"


def is_plain(http: Http) -> bool:
    """Whether the request goes on as it is, whatever becomes of its path, and is none of gRPC."""
    path = http.path
    return path[:1] == "/" and "%00" not in path and is_readable(path) and is_plain_but_path(http)


def is_plain_but_path(http: Http) -> bool:
    """Whether all but its path is plain, and it is none of gRPC, which knows more methods and sees another status."""
    host, headers = http.host, http.headers
    return (
        http.method in HTTP_1
        and (host in _hosts or _is_new_host(host))
        and (not headers or (not _is_grpc(headers) and are_headers(headers)))
    )


def _is_new_host(host: str | None) -> bool:
    """Whether Envoy takes the text for an authority, which is then known."""
    if not is_host(host):
        return False
    if len(_hosts) >= _MOST_KEPT:
        _hosts.clear()
    _hosts.add(host)
    return True


def _is_grpc(headers: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the client of a request with these headers reads a gRPC status."""
    kinds = headers.get("content-type")
    return kinds is not None and any(kind.startswith(_GRPC) for kind in kinds)
