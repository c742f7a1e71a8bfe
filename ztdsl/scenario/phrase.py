"""`GET /orders/7`, `x-team: payments` and claims in a file, as parts of a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ztdsl.traffic.request import Http, InvalidToken, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ztdsl.traffic.request import AnyToken

_METHOD: Final = re.compile(r"[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]*")  # RFC 9110, section 5.6.2, a letter first
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SKEW: Final = 60  # seconds that Envoy's token filter forgives (jwt_authn `clock_skew_seconds`, its default)


class Misread(Exception):  # noqa: N818 - named for what happened
    """A part of a request that does not say what it should; `message` is one phrase, `advice` what to write."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


def http_of(phrase: str, headers: Iterable[str], default_host: str | None) -> Http:
    """A request from `METHOD PATH`, or `METHOD scheme://host/path`, and lines such as `name: value`.

    The host is that of a `Host` header, else of the URL, else `default_host`.

    Raises:
        Misread: the phrase or a header is something else.
    """
    method, _, target = phrase.partition(" ")
    target = target.strip()
    if not _METHOD.fullmatch(method) or not target:
        message = f"`{phrase}` is not a request"
        raise Misread(message, "write a method and a path, such as 'GET /orders/7'")
    url = re.fullmatch(r"https?://([^/?#]+)(.*)", target)
    host = url.group(1) if url else default_host
    path = (url.group(2) or "/") if url else target
    if not path.startswith("/") and path != "*":
        message = f"the path `{path}` does not begin with a slash"
        raise Misread(message, "write a method and a path: 'GET /orders/7'")
    lines: dict[str, list[str]] = {}
    for header in headers:
        name, value = _header(header)
        if name in {"host", ":authority"}:
            host = value
        else:
            lines.setdefault(name, []).append(value)
    return Http(method, path, host, {name: tuple(values) for name, values in lines.items()})


def token_of(claims: Mapping[str, Any], now: float) -> AnyToken:
    """The token with these claims as a proxy finds it at `now` (seconds since 1970); `{"invalid": "why"}` is a bad one.

    `exp` and `nbf` are numbers of seconds (RFC 7519, section 4.1), with a minute of grace.
    """
    why = claims.get("invalid")
    if isinstance(why, str) and len(claims) == 1:
        return InvalidToken(why)
    expires, begins = _number(claims.get("exp")), _number(claims.get("nbf"))
    if expires is not None and expires + _SKEW <= now:
        return InvalidToken("it has expired")
    if begins is not None and begins - _SKEW > now:
        return InvalidToken("it is not valid yet")
    return Token(claims)


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _header(line: str) -> tuple[str, str]:
    pseudo = ":" if line.startswith(":") else ""
    name, colon, value = line.removeprefix(pseudo).partition(":")
    name = name.strip()
    if not colon or not _HEADER_NAME.fullmatch(name):
        message = f"`{line}` is not a header"
        raise Misread(message, "write a name, a colon and a value, such as 'x-team: payments'")
    return (pseudo + name).lower(), value.strip()
