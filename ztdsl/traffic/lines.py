"""Requests as lines of JSON, many of them: the quick reader of the batch interface.

Most lines are plain, and say the same destinations and tokens again and again. Those are read in one pass, and what
they share is one object. Whatever else a line holds is left to `strict_json` and `wire`, which also say what is wrong;
where both read a line, they read the same.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias, TypeVar

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType
from msgspec.json import Decoder

from ztdsl.traffic.request import AnyToken, Chain, Destination, Http, Request, Tls
from ztdsl.traffic.strict_json import read_json
from ztdsl.traffic.wire import (
    NO_HEADERS,
    TLS,
    address_from,
    destination_from,
    headers_from,
    identifier_from,
    request_from,
    tokens_from,
)

T = TypeVar("T")
_Text: TypeAlias = str | UnsetType | None
_MOST_KEPT: Final = 1 << 13
_LONGEST_KEPT: Final = 1 << 10
"""What is kept of a stream must not fill the memory, however many destinations and tokens it brings."""
_QUOTE: Final = b'"'
_MTLS: Final = Tls.MTLS
_NONE: Final = Tls.NONE


class _Http(Struct, forbid_unknown_fields=True, gc=False):
    method: str
    path: str
    host: _Text = UNSET
    headers: dict[str, str | list[str]] | UnsetType | None = UNSET


class _Line(Struct, forbid_unknown_fields=True, gc=False):
    to: Raw
    id: str | int | UnsetType | None = UNSET
    peer: _Text = UNSET
    tls: _Text = UNSET
    source_ip: _Text = UNSET
    remote_ip: _Text = UNSET
    sni: _Text = UNSET
    http: _Http | UnsetType | None = UNSET
    token: Raw | UnsetType = UNSET


class _Called(NamedTuple):
    """A destination, and how many quotation marks its text has."""

    destination: Destination
    quotes: int


class _Carried(NamedTuple):
    """Tokens, and how many quotation marks their text has with its key."""

    tokens: tuple[AnyToken, ...]
    quotes: int


_read: Final = Decoder(_Line).decode
_called_by_requests: Final[dict[bytes, _Called]] = {}
_called_by_connections: Final[dict[bytes, _Called]] = {}
_carried: Final[dict[bytes, _Carried]] = {}
_NOTHING: Final = _Carried((), 0)


def request_from_line(line: bytes) -> Request:
    """The request that a line of JSON describes.

    Raises:
        ValueError: it describes none; the message names the place, and never what stands in a token.
        RecursionError: it is nested too deeply.
    """
    try:
        request = _plain_request(line)
    except (DecodeError, ValueError, KeyError, RecursionError):
        request = None  # read below, which says what is wrong
    return request_from(read_json(line)) if request is None else request


def _plain_request(line: bytes) -> Request | None:
    """The request of a line; None where a key may come twice.

    The decoder takes the last of several equal keys and drops the others. They show nevertheless: every text that was
    read, be it key or value, has two quotation marks. A line with more of them has something else, or has such marks
    within its texts.

    Raises:
        DecodeError: the line is no JSON, or not of the form of a request.
        ValueError: likewise.
        KeyError: likewise.
    """
    read = _read(line)
    given, token, name, peer, source_ip = read.http, read.token, read.id, read.peer, read.source_ip
    to = bytes(read.to)
    if type(given) is _Http:
        http, quotes = _http(given)
        called = _called_by_requests.get(to) or _new_called(to, Chain.HTTP)
    else:
        http, quotes = None, _marks(given)
        called = _called_by_connections.get(to) or _new_called(to, Chain.TCP)
    carried = _NOTHING if type(token) is UnsetType else _tokens(bytes(token))
    quotes += 2 + called.quotes + carried.quotes + _marks(name) + _marks(peer) + _marks(source_ip)
    peer = None if peer is UNSET else peer
    tls, remote_ip, sni = _NONE if peer is None else _MTLS, None, None
    if not (read.tls is UNSET and read.remote_ip is UNSET and read.sni is UNSET):
        quotes += _marks(read.tls) + _marks(read.remote_ip) + _marks(read.sni)
        tls = TLS[read.tls] if isinstance(read.tls, str) else tls
        remote_ip = address_from(read.remote_ip, "remote_ip") if isinstance(read.remote_ip, str) else None
        sni = None if read.sni is UNSET else read.sni
    if quotes != line.count(_QUOTE):
        return None
    return Request(
        called.destination,
        peer,
        tls,
        address_from(source_ip, "source_ip") if isinstance(source_ip, str) else None,
        remote_ip,
        sni,
        http,
        carried.tokens,
        name if type(name) is str else None if name is UNSET else identifier_from(name),
    )


def _marks(value: object) -> int:
    """How many quotation marks a value takes with its key, where it is a text, a number or null."""
    return 4 if type(value) is str else 0 if value is UNSET else 2


def _http(read: _Http) -> tuple[Http, int]:
    """The request on the connection, and how many quotation marks it takes with its key."""
    host, headers, quotes = read.host, read.headers, 10
    if type(host) is UnsetType:
        host = None
    else:
        quotes += 2 if host is None else 4
    if headers is UNSET:
        return Http(read.method, read.path, host, NO_HEADERS), quotes
    if headers is None:
        return Http(read.method, read.path, host, NO_HEADERS), quotes + 2
    texts = sum([2 if type(lines) is str else 1 + len(lines) for lines in headers.values()])
    return Http(read.method, read.path, host, headers_from(headers)), quotes + 2 + 2 * texts


def _tokens(text: bytes) -> _Carried:
    known = _carried.get(text)
    if known is None:
        plain = read_json(text)
        carried = _Carried(() if plain is None else tokens_from(plain), 2 + text.count(_QUOTE))
        known = _kept(_carried, text, carried)
    return known


def _new_called(text: bytes, chain: Chain) -> _Called:
    called = _Called(destination_from(read_json(text), chain), text.count(_QUOTE))
    return _kept(_called_by_connections if chain is Chain.TCP else _called_by_requests, text, called)


def _kept(known: dict[bytes, T], text: bytes, read: T) -> T:
    """What was read of a text, which is kept for the next that is the same."""
    if len(text) <= _LONGEST_KEPT:
        if len(known) >= _MOST_KEPT:
            known.clear()
        known[text] = read
    return read
