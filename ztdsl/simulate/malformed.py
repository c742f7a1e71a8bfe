"""Requests that Envoy answers by itself, before any rule is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.quick import dataclass
from ztdsl.simulate.truth import Unknown
from ztdsl.traffic.malformed import COMMON_METHODS, NO_SLASH, NOT_PRINTABLE, is_readable
from ztdsl.traffic.paths import MalformedPathError, UnclearPathError, normalize, without_query

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from ztdsl.traffic.mesh import PathNormalization
    from ztdsl.traffic.request import Http

_BAD_REQUEST: Final = 400
_CONNECT: Final = "CONNECT"
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")  # RFC 9112, section 3.2.2
_ORDINARY_HOST: Final = re.compile(r"[A-Za-z0-9._~:\[\]-]*")
_ORDINARY_NAME: Final = re.compile(r"[a-z0-9_-]+")
_EVERYWHERE: Final = frozenset(COMMON_METHODS)  # every parser takes these


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
        return Malformed(_BAD_REQUEST, NO_SLASH)
    if not is_readable(http.path):
        return Malformed(_BAD_REQUEST, NOT_PRINTABLE)
    try:
        return without_query(normalize(http.path, normalization))
    except MalformedPathError as malformed:
        return Malformed(_BAD_REQUEST, str(malformed))
    except UnclearPathError as unclear:
        return Unknown(str(unclear))


def oddity(http: Http) -> Unknown | None:
    """Why it is not certain that Envoy lets the request on to the rules: only ordinary requests surely are."""
    if http.method == _CONNECT or _ABSOLUTE.match(http.path):
        return Unknown("a policy says nothing of requests to a forward proxy")
    if http.host is not None and not _ORDINARY_HOST.fullmatch(http.host):
        return Unknown("whether the proxy takes such a host is no matter of policies")
    for name, lines in http.headers.items():
        if not _ORDINARY_NAME.fullmatch(name) or not all(map(_is_ordinary, lines)):
            return Unknown(f"whether the proxy takes such a header `{name}` is no matter of policies")
        if name == "content-length" and not all(line.isdecimal() for line in lines):
            return Unknown("whether the proxy takes such a length is no matter of policies")
    return None


def _is_ordinary(line: str) -> bool:
    return line.isascii() and line.replace("\t", " ").isprintable()
