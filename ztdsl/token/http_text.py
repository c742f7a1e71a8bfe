"""A request as text: as it goes over the wire, or as `curl -v` prints it.

Messages name lines by their numbers and hold nothing of them. Sources: RFC 9112, sections 3 and 5; curl's manual, `-v`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, NoReturn
from urllib.parse import urlsplit

from ztdsl.traffic.request import Http

_START: Final = re.compile(r"(?P<method>[!#$%&'*+.^_`|~0-9A-Za-z-]+) (?P<target>\S+) HTTP/(?P<version>[0-9.]+)")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SENT: Final = re.compile(r"> ?")
_MOST_BYTES: Final = 1 << 22
ENVOY_LIMIT: Final = 60 * 1024
"""Bytes of headers that Envoy takes (`max_request_headers_kb`); it answers larger ones with 431."""


class NotARequestError(Exception):
    """A text is no request; the message says why and shows nothing of it."""


class Sent(NamedTuple):
    """A request that was read.

    Attributes:
        http: the request.
        size: the bytes of its head.
    """

    http: Http
    size: int


def read_request(data: bytes) -> Sent:
    """The request that `data` holds; its body is not looked at.

    Raises:
        NotARequestError: it holds none, or several.
    """
    if len(data) > _MOST_BYTES:
        _refuse("it is larger than any request's head")
    lines = data.decode("latin-1").replace("\r\n", "\n").split("\n")
    numbered = list(enumerate(lines, 1))
    if any(line.startswith("> ") for line in lines):
        numbered = [(number, _SENT.sub("", line, count=1)) for number, line in numbered if line.startswith(">")]
    while numbered and not numbered[0][1].strip():
        numbered.pop(0)
    if not numbered:
        _refuse("it is empty")
    head = _head(numbered)
    start = _START.fullmatch(head[0][1].rstrip())
    if start is None:
        _refuse(f"line {head[0][0]} is no start of a request, such as `GET /orders HTTP/1.1`")
    _refuse_second(numbered[len(head) :])
    return _request(start["method"], start["target"], head)


def _request(method: str, target: str, head: list[tuple[int, str]]) -> Sent:
    headers: dict[str, list[str]] = {}
    for number, line in head[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in {" ", "\t"}:
            _refuse(f"line {number} continues the one before it, which Envoy refuses")
        if not colon or not _NAME.fullmatch(name):
            _refuse(f"line {number} is no header")
        headers.setdefault(name.lower(), []).append(value.strip(" \t"))
    host = next(iter(headers.pop("host", [])), None)
    if target.startswith(("http://", "https://")):
        url = urlsplit(target)
        host, target = url.netloc or host, (url.path or "/") + (f"?{url.query}" if url.query else "")
    if not target.startswith("/") and target != "*":
        _refuse(f"the target on line {head[0][0]} is no path")
    size = sum(len(line) + 2 for _, line in head)
    return Sent(Http(method, target, host, {name: tuple(values) for name, values in headers.items()}), size)


def _head(numbered: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines before the first empty one."""
    end = next((index for index, (_, line) in enumerate(numbered) if not line.strip()), len(numbered))
    return numbered[:end]


def _refuse_second(rest: list[tuple[int, str]]) -> None:
    for number, line in rest:
        if _START.fullmatch(line.rstrip()):
            _refuse(f"a second request begins on line {number}: leave one")


def _refuse(why: str) -> NoReturn:
    raise NotARequestError(why)
