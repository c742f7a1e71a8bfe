"""A proxy between `kubectl` and a real API server that treats answers as bad networks and bad proxies do.

`kubectl` speaks TLS with it and sends its own credentials, which go on to the server.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CHUNK: Final = 65536
_HOST: Final = re.compile(rb"\r\nHost: [^\r]*", re.IGNORECASE)
_CONNECTION: Final = re.compile(rb"\r\n(Connection|Accept-Encoding): [^\r]*", re.IGNORECASE)
_LINGER: Final = 30.0


@dataclass(frozen=True)
class Answer:
    """What the server answered to one request.

    Attributes:
        path: that was asked for, with its query.
        whole: the answer as it came, with its head.
        client: where it goes.
        first: the server's answer to the first request of this kind of object.
    """

    path: str
    whole: bytes
    client: ssl.SSLSocket
    first: bytes

    @property
    def head(self) -> int:
        """How long the head is."""
        return self.whole.index(b"\r\n\r\n") + 4

    def part(self, share: float) -> int:
        """Where that share of the body ends; always before its last byte."""
        return self.head + int((len(self.whole) - self.head - 1) * share)


Fault = Callable[[Answer], None]
"""Sends something in place of the answer."""


def nothing(answer: Answer) -> None:
    """No fault."""
    answer.client.sendall(answer.whole)


def cut(share: float) -> Fault:
    """The connection ends after that share of the body."""
    return lambda answer: answer.client.sendall(answer.whole[: answer.part(share)])


def cut_in_head(answer: Answer) -> None:
    """The connection ends before the body."""
    answer.client.sendall(answer.whole[: answer.head // 2])


def cut_unseen(share: float) -> Fault:
    """The same without a length by which anybody could see it, and in due form, as an old proxy answers."""

    def fault(answer: Answer) -> None:
        body = _body(answer.whole).rstrip()
        head = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
        answer.client.sendall(head + body[: int((len(body) - 1) * share)])
        answer.client.unwrap()

    return fault


def reset(answer: Answer) -> None:
    """The connection breaks in the middle, as where a machine is switched off."""
    answer.client.sendall(answer.whole[: answer.part(0.5)])
    answer.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def late(answer: Answer) -> None:
    """Nothing comes until the client has gone."""
    _wait_for_end(answer.client)


def stuck(answer: Answer) -> None:
    """Half of the answer comes, and then nothing until the client has gone."""
    answer.client.sendall(answer.whole[: answer.part(0.5)])
    _wait_for_end(answer.client)


def replaced(old: bytes, new: bytes) -> Fault:
    """Other bytes of the same number in the body: what a proxy that ends TLS can do unseen."""
    assert len(old) == len(new)

    def fault(answer: Answer) -> None:
        at = answer.whole.index(old, answer.head)
        answer.client.sendall(answer.whole[:at] + new + answer.whole[at + len(old) :])

    return fault


def corrupted(answer: Answer) -> None:
    """Half of the answer comes, and then a record of TLS that nobody signed."""
    answer.client.sendall(answer.whole[: answer.part(0.5)])
    raw = socket.socket(fileno=os.dup(answer.client.fileno()))
    raw.sendall(b"\x17\x03\x03\x00\x40" + bytes(64))
    raw.close()
    _wait_for_end(answer.client)


def repeated(answer: Answer) -> None:
    """The first page again, as out of a cache that does not look at the query."""
    answer.client.sendall(answer.first)


def instead(code: str, body: str = "", kind: str = "application/json", **headers: str) -> Fault:
    """Another answer, which the server did not give."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"]
    text = "\r\n".join([f"HTTP/1.1 {code}", *lines, "", body])
    return lambda answer: answer.client.sendall(text.encode())


class Proxy:
    """Listens on this machine's own address.

    Attributes:
        port: where.
        faults: what happens to requests, the first one to the first; what comes after these is not harmed.
        afflicted: the path of what they happen to holds this word.
        always: what happens to all of them after `faults`.
        asked: the paths that came, in their order.
    """

    def __init__(self, upstream: Path, directory: Path) -> None:
        """Start.

        Args:
            upstream: the socket file of the API server.
            directory: for the certificate.
        """
        self._upstream = upstream
        self.certificate = directory / "proxy.crt"
        self._context = _context(self.certificate, directory / "proxy.key")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._first: dict[str, bytes] = {}
        self.harm()
        threading.Thread(target=self._serve, daemon=True).start()

    def harm(self, *faults: Fault, afflicted: str = "", always: Fault = nothing) -> None:
        """Say what happens from now on."""
        self.faults, self.afflicted, self.always = list(faults), afflicted, always
        self.asked: list[str] = []

    def close(self) -> None:
        """Listen no longer."""
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        """One connection with one request; what the client does not wait for is not sent."""
        with contextlib.suppress(OSError), self._context.wrap_socket(client, server_side=True) as secure:
            request = next(_until(secure, b"\r\n\r\n"), b"")
            if not request:
                return
            whole = self._forwarded(request)
            path = request.split(b" ", 2)[1].decode()
            with self._lock:
                self.asked.append(path)
                first = self._first.setdefault(path.partition("?")[0], whole)
                fault = self._next() if self.afflicted in path else nothing
            fault(Answer(path, whole, secure, first))

    def _next(self) -> Fault:
        return self.faults.pop(0) if self.faults else self.always

    def _forwarded(self, request: bytes) -> bytes:
        """What the server answers, without compression, so that a fault knows what it harms."""
        request = _HOST.sub(b"\r\nHost: localhost", _CONNECTION.sub(b"", request))
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._upstream))
            server.sendall(request[:-2] + b"Connection: close\r\n\r\n")
            return b"".join(iter(lambda: server.recv(_CHUNK), b""))


def _until(client: ssl.SSLSocket, end: bytes) -> Iterator[bytes]:
    """The request, if there is a whole one; it has no body."""
    got = b""
    while end not in got:
        more = client.recv(_CHUNK)
        if not more:
            return
        got += more
    yield got


def _wait_for_end(client: ssl.SSLSocket) -> None:
    client.settimeout(_LINGER)
    with contextlib.suppress(OSError):
        while client.recv(_CHUNK):
            pass


def _body(whole: bytes) -> bytes:
    """The body of an answer, put together where it came in pieces."""
    head, _, body = whole.partition(b"\r\n\r\n")
    if b"chunked" not in head:
        return body
    parts: list[bytes] = []
    while True:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return b"".join(parts)
        parts.append(rest[:length])
        body = rest[length + 2 :]


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    words = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", *words, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
