"""One gRPC exchange over an open connection, in HTTP/2 (RFC 9113), with the method and TLS that the client wants.

The gRPC library speaks TLS only where it can verify a name, and only by the method POST.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from typing import Final

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEAD: Final = 9
_DATA, _HEADERS, _RESET, _SETTINGS, _GOAWAY = 0, 1, 3, 4, 7
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_SCHEME: Final = (":scheme", "http")

Lines = Iterable[tuple[str, str]]


class Reset(Exception):  # noqa: N818 - named for what happened
    """The other side ended the stream, or the connection, instead of answering; `code` says why (RFC 9113, 7)."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ended with code {code}")
        self.code = code


def exchange(connection: socket.socket, head: Lines, sent: bytes) -> Mapping[str, str]:
    """Send one request with one gRPC message.

    Returns:
        The header fields of the answer, with those of its trailers.

    Raises:
        ConnectionError: the connection ended before the answer did.
        Reset: the other side ended the stream, or said that it ends the connection.
    """
    from hpack import Decoder, Encoder  # noqa: PLC0415 - most pods never call so

    block = Encoder().encode([_SCHEME, *head, ("content-type", "application/grpc"), ("te", "trailers")])
    body = b"\x00" + len(sent).to_bytes(4, "big") + sent
    connection.sendall(
        _PREFACE
        + _frame(_SETTINGS, 0, 0, b"")
        + _frame(_HEADERS, _END_HEADERS, 1, block)
        + _frame(_DATA, _END_STREAM, 1, body)
    )
    decoder, answer = Decoder(), dict[str, str]()
    while True:
        kind, flags, payload = _next(connection)
        if kind == _HEADERS:
            answer |= {str(each[0]): str(each[1]) for each in decoder.decode(payload)}
        elif kind in {_RESET, _GOAWAY}:
            raise Reset(int.from_bytes(payload[:8][-4:], "big"))  # after the last stream's number in a GOAWAY
        elif kind == _SETTINGS and not flags & _ACK:
            connection.sendall(_frame(_SETTINGS, _ACK, 0, b""))
        if kind in {_HEADERS, _DATA} and flags & _END_STREAM:
            return answer


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def _next(connection: socket.socket) -> tuple[int, int, bytes]:
    head = _exactly(connection, _HEAD)
    return head[3], head[4], _exactly(connection, int.from_bytes(head[:3], "big"))


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            message = "closed before the answer"
            raise ConnectionResetError(message)
        data += more
    return data
