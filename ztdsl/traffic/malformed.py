"""What Envoy's codec makes of a request before any filter: its own answer, or the request in its usual form.

Sources: Envoy `source/common/http/http1/{balsa_parser,codec_impl}.cc`, `header_utility.cc`, `conn_manager_impl.cc`;
RFC 9112, section 3.2.2 (absolute form).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.traffic.mesh import PathNormalization
from ztdsl.traffic.paths import MalformedPathError, UnclearPathError, normalize
from ztdsl.traffic.request import Http

if TYPE_CHECKING:
    from collections.abc import Mapping

_BAD_REQUEST: Final = 400
_ABSOLUTE: Final = re.compile(r"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_NOT_OF_HOSTS: Final = re.compile(r"[^A-Za-z0-9\-._~%!$&'()*+,;=:@\[\]]")
_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z:]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

COMMON_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
"""The methods of RFC 9110, section 9.3, and RFC 5789."""
METHODS: Final = (
    *COMMON_METHODS,
    *("ACL", "BIND", "CHECKOUT", "COPY", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE"),
    *("MSEARCH", "NOTIFY", "PROPFIND", "PROPPATCH", "PURGE", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE"),
    *("UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE"),
)
"""What Envoy's HTTP/1 parser lets through; it refuses any other method."""
_METHODS: Final = frozenset(METHODS)

NO_SLASH: Final = "the path does not begin with a slash"
NOT_PRINTABLE: Final = "the path has characters that are not printable ASCII"


class Rejection(NamedTuple):
    """Envoy's own answer, and why; no status where it ends the connection instead."""

    status: int | None
    reason: str


def receive(http: Http, normalization: PathNormalization) -> Http | Rejection:
    """The request as the filters get it, its target without scheme and host; or Envoy's own answer.

    gRPC runs on HTTP/2, which knows no list of methods, and whose codec ends a connection where a path does not begin
    with a slash; other requests are taken to be HTTP/1.1.
    """
    if http.method not in _METHODS and not http.is_grpc:
        return Rejection(_BAD_REQUEST, "HTTP/1 has no such method, and methods are written in upper case")
    if http.method == "CONNECT":
        return http
    absolute = _ABSOLUTE.fullmatch(http.path)
    if absolute is not None:
        rest = absolute[2]
        http = Http(http.method, rest if rest.startswith("/") else f"/{rest}", absolute[1], http.headers)
    fault = _fault(http, normalization)
    if fault is None:
        return http
    return Rejection(None if fault is NO_SLASH and http.is_grpc else _BAD_REQUEST, fault)


def _fault(http: Http, normalization: PathNormalization) -> str | None:
    if not http.path.startswith("/"):
        return NO_SLASH
    if not is_readable(http.path):
        return NOT_PRINTABLE
    if not is_host(http.host):
        return "the host has characters that no host has"
    if not are_headers(http.headers):
        return "a header has characters that none may have, or is no length"
    if "%00" in http.path and normalization is not PathNormalization.NONE:
        try:
            normalize(http.path, normalization)
        except MalformedPathError as malformed:
            return str(malformed)
        except UnclearPathError:
            return None
    return None


def is_readable(path: str) -> bool:
    """Whether a path is printable ASCII without blanks."""
    return path.isascii() and path.isprintable() and " " not in path


def is_host(host: str | None) -> bool:
    """Whether Envoy takes the text for an authority; what is not known may be one."""
    return host is None or _NOT_OF_HOSTS.search(host) is None


def are_headers(headers: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether names and lines have no character that HTTP forbids there."""
    for name, lines in headers.items():
        if not _is_name(name):
            return False
        for line in lines:
            if not line.isprintable() and _CONTROL.search(line) is not None:
                return False
            if name == "content-length" and not (line.isascii() and line.strip(" \t").isdecimal()):
                return False
    return True


@lru_cache(1024)
def _is_name(name: str) -> bool:
    """Whether the text is a name of a header, or of one of HTTP/2's own."""
    return _NAME.fullmatch(name) is not None
