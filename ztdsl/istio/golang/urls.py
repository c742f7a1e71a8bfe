"""What Go's `net/url` takes as a URL, and the two readings of a key URI that rest on it.

The API server's rule asks for a URL that could stand in a request, istiod for any; both then look at the scheme.
Sources: Go 1.26 `net/url`; Kubernetes `apiserver/pkg/cel/library/urls.go`; Istio `pkg/config/security/security.go`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from ztdsl.istio.golang.values import is_address

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPED: Final = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.DOTALL)
_HOST_ASCII: Final = r"[A-Za-z0-9\-_.~!$&'()*+,;=:\[\]<>\"]"
_HOST_TEXT: Final = rf"{_HOST_ASCII}|[^\x00-\x7f]"
_HOST: Final = re.compile(rf"(?:{_HOST_TEXT}|%25|%[89A-Fa-f][0-9A-Fa-f])*", re.DOTALL)
_ZONE: Final = re.compile(rf"(?:{_HOST_TEXT}|%[0-9A-Fa-f]{{2}})*", re.DOTALL)
_ZONE_BYTE: Final = re.compile(rf"{_HOST_ASCII}|[ %]")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_PORT: Final = re.compile(r"(?::[0-9]*)?")
_USER: Final = re.compile(r"[-A-Za-z0-9._:~!$&'()*+,;=%@]*")
_SCHEMES: Final = frozenset({"http", "https"})
_HIGHEST_INT: Final = 2**63 - 1


class _Url(NamedTuple):
    scheme: str
    port: str


@lru_cache(1 << 12)
def schema_takes(uri: str) -> bool:
    """Whether the schema takes `uri` as a key URI."""
    as_request = _parse(uri, in_request=True)
    parsed = _parse_with_fragment(uri)
    return as_request is not None and parsed is not None and parsed.scheme in _SCHEMES


@lru_cache(1 << 12)
def istiod_takes(uri: str) -> bool:
    """Whether istiod takes `uri` as a key URI; the number of a port may be as high as 64 bits can be."""
    parsed = _parse_with_fragment(uri)
    if parsed is None or parsed.scheme not in _SCHEMES:
        return False
    digits = parsed.port.lstrip("0")
    return len(digits) <= len(str(_HIGHEST_INT)) and int(digits or "0") <= _HIGHEST_INT


def _parse_with_fragment(uri: str) -> _Url | None:
    front, _, fragment = uri.partition("#")
    return _parse(front, in_request=False) if _ESCAPED.fullmatch(fragment) else None


def _parse(uri: str, *, in_request: bool) -> _Url | None:
    """The parts of a URL that are asked for; None if it is none."""
    if _CONTROL.search(uri) or (in_request and not uri):
        return None
    if uri.startswith(":"):
        return None
    match = _SCHEME.match(uri)
    scheme = match[1].lower() if match else ""
    rest = (uri[match.end() :] if match else uri).partition("?")[0]
    if not rest.startswith("/"):
        if scheme:
            return _Url(scheme, "")
        return None if in_request or ":" in rest.partition("/")[0] else _Url("", "")
    port: str | None = ""
    if rest.startswith("//") and (scheme or not (in_request or rest.startswith("///"))):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        port = _authority_port(authority)
    return None if port is None or not _ESCAPED.fullmatch(rest) else _Url(scheme, port)


def _authority_port(authority: str) -> str | None:
    """The port of an authority, empty without one; None if the authority is malformed."""
    user, at, host = authority.rpartition("@")
    if at and not (_USER.fullmatch(user) and all(_ESCAPED.fullmatch(part) for part in user.split(":", 1))):
        return None
    return _bracketed_port(host) if "[" in host else _named_port(host)


def _named_port(host: str) -> str | None:
    name, colon, port = host.partition(":")
    if not _PORT.fullmatch(colon + port) or not _HOST.fullmatch(name):
        return None
    return port


def _bracketed_port(host: str) -> str | None:
    """The port after an IPv6 address in brackets; the zone in it may have nearly any escape."""
    closing = host.rfind("]")
    if host.rfind("[") != 0 or closing < 0 or not _PORT.fullmatch(host, closing + 1):
        return None
    address, zone, name = host[1:closing].partition("%25")
    if not _HOST.fullmatch(address) or not _ZONE.fullmatch(name) or not _zone_bytes_fit(name):
        return None
    text = _unescape(address) + ("%" + _unescape(name) if zone else "")
    return host[closing + 2 :] if ":" in text and is_address(text) else None


def _zone_bytes_fit(zone: str) -> bool:
    return all(_ZONE_BYTE.fullmatch(chr(int(escape, 16))) for escape in _ESCAPE.findall(zone))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
