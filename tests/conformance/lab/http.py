"""One exchange over an open connection, in HTTP/1.1 or HTTP/2, byte for byte as the case wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from tests.conformance.lab.pipe import Closed, Pipe

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEADERS, _SETTINGS, _RESET, _GOAWAY = 1, 4, 3, 7
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1

Lines = Iterable[tuple[str, str]]


class Answer(NamedTuple):
    """A status, the header fields by their lower-case names, and whether the connection can be used again."""

    status: int
    headers: Mapping[str, str]
    reusable: bool


class NotHttp(Exception):  # noqa: N818 - named for what came
    """What came back is not HTTP."""


def exchange(pipe: Pipe, method: str, path: str, host: str | None, lines: Lines) -> Answer:
    """Sends one HTTP/1.1 request and reads its answer to the end.

    Raises:
        Closed: the connection ended before an answer.
        NotHttp: the answer is not HTTP.
    """
    head = [f"{method} {path} HTTP/1.1", *([] if host is None else [f"host: {host}"])]
    head += [f"{name}: {value}" for name, value in lines]
    pipe.send(("\r\n".join(head) + "\r\n\r\n").encode("latin-1"))
    data = b""
    while b"\r\n\r\n" not in data:
        data += pipe.receive()
        if not data.startswith(b"HTTP/1.1 "[: len(data)]):
            raise NotHttp(repr(data[:20]))
    top, _, body = data.partition(b"\r\n\r\n")
    first, *rest = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
    reusable = headers.get("connection") != "close" and "transfer-encoding" not in headers
    while len(body) < length:
        body += pipe.receive()
    return Answer(int(first.split(" ")[1]), headers, reusable)


def exchange_h2(pipe: Pipe, method: str, path: str, host: str, lines: Lines) -> Answer:
    """Sends one HTTP/2 request on a new connection and reads the head of its answer.

    Raises:
        Closed: the connection or the stream ended before an answer.
    """
    fields = [(":method", method), (":scheme", "http"), (":authority", host), (":path", path), *lines]
    block = b"".join(b"\x00" + _text(name) + _text(value) for name, value in fields)
    pipe.send(_PREFACE + _frame(_SETTINGS, 0, 0, b"") + _frame(_HEADERS, _END_STREAM | _END_HEADERS, 1, block))
    data = b""
    while True:
        while len(data) < 9 or len(data) < 9 + int.from_bytes(data[:3], "big"):
            data += pipe.receive()
        length, kind, flags = int.from_bytes(data[:3], "big"), data[3], data[4]
        payload, data = data[9 : 9 + length], data[9 + length :]
        if kind == _HEADERS:
            return _answer(payload)
        if kind in {_RESET, _GOAWAY}:
            raise Closed
        if kind == _SETTINGS and not flags & _ACK:
            pipe.send(_frame(_SETTINGS, _ACK, 0, b""))


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def _text(value: str) -> bytes:
    """A string literal of HPACK without Huffman coding (RFC 7541, 5.2)."""
    data = value.encode("latin-1")
    if len(data) < 127:
        return bytes((len(data),)) + data
    rest, length = len(data) - 127, b"\x7f"
    while rest >= 128:
        rest, length = rest >> 7, length + bytes((rest & 127 | 128,))
    return length + bytes((rest,)) + data


def _answer(block: bytes) -> Answer:
    from hpack import Decoder  # noqa: PLC0415 - only the lane that runs Envoy needs it

    headers = {str(each[0]): str(each[1]) for each in Decoder().decode(block)}
    return Answer(int(headers[":status"]), headers, reusable=False)
