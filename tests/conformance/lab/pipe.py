"""A connection to a listener of the lab as a client of the mesh opens it: PROXY protocol first, then perhaps TLS."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from typing import Final, NamedTuple

from tests.conformance.lab.authority import Authority

_SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
_CHUNK: Final = 65536
_PATIENCE: Final = 10.0


class Closed(Exception):  # noqa: N818 - named for what happened
    """The other side closed or reset the connection, or refused the handshake."""


class Opaque(Exception):  # noqa: N818 - named for what happened
    """The first bytes of TLS came back from the workload: the proxy did not terminate it."""


class Route(NamedTuple):
    """Everything that one connection depends on.

    Attributes:
        listener: its port on 127.0.0.1.
        source: the address of the direct TCP peer, one of 127.0.0.0/8.
        remote: the address that the PROXY protocol names as the client's.
        ip: the address that was called.
        port: the port that was called.
        tls: `mtls`, `other` or `none`.
        peer: the URI SAN of the client's certificate.
        sni: the server name that TLS asks for.
        protocols: what ALPN offers.
    """

    listener: int
    source: str
    remote: str
    ip: str
    port: int
    tls: str
    peer: str | None
    sni: str | None
    protocols: tuple[str, ...]


def proxy_header(source: str, destination: str, port: int) -> bytes:
    """The header of the PROXY protocol, version 2, for a TCP connection.

    Raises:
        ValueError: the two addresses are not of one family.
    """
    this, that = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if this.version != that.version:
        message = f"{source} and {destination} are not of one family"
        raise ValueError(message)
    family = 0x11 if this.version == 4 else 0x21
    addresses = this.packed + that.packed + (40000).to_bytes(2, "big") + port.to_bytes(2, "big")
    return _SIGNATURE + bytes((0x21, family)) + len(addresses).to_bytes(2, "big") + addresses


class Pipe:
    """An open connection."""

    def __init__(self, route: Route, authority: Authority) -> None:
        """Opens it.

        Raises:
            Closed: the listener does not take it.
            Opaque: the proxy hands TLS to the workload unread.
        """
        self._tls: ssl.SSLObject | None = None
        try:
            self._socket = socket.create_connection(
                ("127.0.0.1", route.listener), timeout=_PATIENCE, source_address=(route.source, 0)
            )
        except OSError as error:
            raise _closed(error) from error
        try:
            self._open(route, authority)
        except OSError as error:
            self.close()
            raise _closed(error) from error
        except (Closed, Opaque):
            self.close()
            raise

    def _open(self, route: Route, authority: Authority) -> None:
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        header = proxy_header(route.remote, route.ip, route.port)
        if route.tls == "none":
            self._socket.sendall(header)
        else:
            self._handshake(header, route, authority)

    def _handshake(self, header: bytes, route: Route, authority: Authority) -> None:
        context = authority.client_context(route.peer if route.tls == "mtls" else None, route.protocols)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=route.sni)
        hello = b""
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            else:
                break
            if not hello:
                hello = self._outgoing.read()
                self._socket.sendall(header + hello)
                answer = self._receive()
                if hello.startswith(answer[:6]):
                    raise Opaque
                self._incoming.write(answer)
                continue
            self._flush()
            self._incoming.write(self._receive())
        self._flush()
        self._tls = tls

    def _flush(self) -> None:
        waiting = self._outgoing.read()
        if waiting:
            self._socket.sendall(waiting)

    def _receive(self) -> bytes:
        data = self._socket.recv(_CHUNK)
        if not data:
            raise Closed
        return data

    def send(self, data: bytes) -> None:
        """Sends all of it.

        Raises:
            Closed: the other side is gone.
        """
        try:
            if self._tls is None:
                self._socket.sendall(data)
            else:
                self._tls.write(data)
                self._flush()
        except OSError as error:
            raise _closed(error) from error

    def receive(self) -> bytes:
        """At least one byte.

        Raises:
            Closed: there is none any more.
            TimeoutError: nothing came for long.
        """
        try:
            if self._tls is None:
                return self._receive()
            while True:
                try:
                    data = self._tls.read(_CHUNK)
                except ssl.SSLWantReadError:
                    self._incoming.write(self._receive())
                else:
                    if not data:
                        raise Closed
                    return data
        except OSError as error:
            raise _closed(error) from error

    def close(self) -> None:
        """Ends it without ceremony."""
        self._socket.close()


def _closed(error: OSError) -> Exception:
    """What an error of the system means; one that takes too long means nothing and stays what it is."""
    return error if isinstance(error, TimeoutError) else Closed(type(error).__name__)
