"""`GET /orders/7`, `x-team: payments` and claims in a file, as parts of a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ztdsl.traffic.addresses import parse_address
from ztdsl.traffic.request import Http, InvalidToken
from ztdsl.traffic.wire import request_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ztdsl.traffic.request import AnyToken

_METHOD: Final = re.compile(r"[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]*")  # RFC 9110, section 5.6.2, a letter first
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SKEW: Final = 60  # seconds that Envoy's token filter forgives (jwt_authn `clock_skew_seconds`, its default)
_TIMES: Final = ("iat", "nbf", "exp")
_MOST_TIME: Final = 2**64


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


def token_of(plain: Mapping[str, Any], now: float) -> AnyToken:
    """The token that `plain` describes as a proxy finds it at `now`, in seconds since 1970.

    The forms are those of a line of the batch interface: claims, `{"claims": ..., "in": ...}`, or `{"invalid": "why"}`
    for a bad one. A token that is over, or not valid yet, by more than a minute is a bad one, and so is one whose times
    are no numbers; an `exp` of 0 is none (Envoy `jwt_verify_lib`, `Jwt::parseFromString` and `verifyTimeConstraint`).

    Raises:
        Misread: it describes none; the message names the place, and never what stands there.
    """
    try:
        (token,) = request_from({"to": {"namespace": "any"}, "token": dict(plain)}).tokens
    except ValueError as error:
        raise Misread(str(error), "write its claims, or {invalid: why} for a bad one") from None
    why = None if isinstance(token, InvalidToken) else _fault(token.claims, int(now))
    return token if why is None else InvalidToken(why, token.place)


def address_of(text: str) -> str:
    """`text`, which is an IP address.

    Raises:
        Misread: it is none.
    """
    try:
        parse_address(text)
    except ValueError:
        message = f"`{text}` is not an IP address"
        raise Misread(message, "write one such as 10.1.2.3 or 2001:db8::7") from None
    return text


def _fault(claims: Mapping[str, Any], now: int) -> str | None:
    """What is wrong with a token's times; None if nothing is."""
    for name in _TIMES:
        time = claims.get(name, 0)
        if isinstance(time, bool) or not isinstance(time, int | float) or not 0 <= time < _MOST_TIME:
            return f"its `{name}` is not a number of seconds"
    expires, begins = int(claims.get("exp", 0)), int(claims.get("nbf", 0))
    if expires and now > expires + _SKEW:
        return "it has expired"
    return "it is not valid yet" if now + _SKEW < begins else None


def _header(line: str) -> tuple[str, str]:
    pseudo = ":" if line.startswith(":") else ""
    name, colon, value = line.removeprefix(pseudo).partition(":")
    name = name.strip()
    if not colon or not _HEADER_NAME.fullmatch(name):
        message = f"`{line}` is not a header"
        raise Misread(message, "write a name, a colon and a value, such as 'x-team: payments'")
    return (pseudo + name).lower(), value.strip()
