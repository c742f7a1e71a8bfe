"""Requests that Envoy answers by itself, before any rule is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ztdsl.simulate.truth import Unknown
from ztdsl.traffic.paths import MalformedPathError, UnclearPathError, normalize, without_query

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from ztdsl.traffic.mesh import PathNormalization
    from ztdsl.traffic.request import Http

_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404
_CONNECT: Final = "CONNECT"
# RFC 9110, section 9.3, and RFC 5789: every parser takes these.
_EVERYWHERE: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", _CONNECT, "OPTIONS", "TRACE", "PATCH"})


@dataclass(frozen=True, slots=True)
class Malformed:
    """A request that is no good to Envoy, and the HTTP status of its answer."""

    status: int
    reason: str


def method_of(http: Http, methods: AbstractSet[str]) -> str | Unknown | Malformed:
    """The method, if Envoy takes it; unknown for one of which that is not certain.

    `methods` are those that rules name, which are good ones; HTTP/2, on which gRPC runs, takes any. A method of
    another case is never one that HTTP/1 takes.
    """
    if http.method in _EVERYWHERE or http.method in methods or http.is_grpc:
        return http.method
    if http.method != http.method.upper():
        return Malformed(_BAD_REQUEST, "methods are written in upper case")
    return Unknown(f"whether the proxy takes the method `{http.method}` depends on the version of HTTP")


def path_of(http: Http, normalization: PathNormalization) -> str | Unknown | Malformed:
    """The path that rules compare, without its query; unknown where versions of Envoy differ on it."""
    if not http.path.startswith("/"):
        if http.method == _CONNECT:
            return Unknown("a CONNECT request names no path")
        return Malformed(_NOT_FOUND, "the path does not begin with a slash")
    try:
        return without_query(normalize(http.path, normalization))
    except MalformedPathError as malformed:
        return Malformed(_BAD_REQUEST, str(malformed))
    except UnclearPathError as unclear:
        return Unknown(str(unclear))
