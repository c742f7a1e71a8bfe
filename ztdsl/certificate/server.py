"""The certificates that a TLS server shows, whoever signed them: they are looked at here, not trusted.

The handshake runs over memory, so that its bytes are counted and one deadline holds for all of it, and so that the
server's certificates are there even where it breaks the handshake off for want of a client certificate.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.certificate.facts import decoded
from ztdsl.certificate.pem import MOST_CERTIFICATES
from ztdsl.certificate.presented import Chain, Connection, Presented
from ztdsl.certificate.unreadable import NoAnswer

if TYPE_CHECKING:
    from pathlib import Path

DEADLINE: Final = 10.0
_MOST_BYTES: Final = 1 << 20
_CHUNK: Final = 1 << 14
_PROTOCOLS: Final = ["istio", "h2", "http/1.1"]
"""A sidecar's port that takes plaintext, too, answers as the mesh does only to `istio`
(pilot/pkg/networking/core/listener_inbound.go)."""
_LISTEN: Final = (0.05, 0.5)
"""In TLS 1.3 a server refuses a client after the client has finished: it is listened to for some round trips."""
_ADDRESS: Final = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\[\]:/\s]+)):(?P<port>\d{1,5})")
_MOST_PORT: Final = 65535
_REASONS: Final = {
    "CERTIFICATE_REQUIRED": "it wants a client certificate",
    "HANDSHAKE_FAILURE": "it refuses the handshake, as servers do that want a client certificate",
    "BAD_CERTIFICATE": "it does not accept the client certificate, or the lack of one",
    "UNKNOWN_CA": "it does not know the CA of the client certificate",
    "CERTIFICATE_EXPIRED": "the client certificate has expired",
    "CERTIFICATE_UNKNOWN": "it does not accept the client certificate",
    "UNRECOGNIZED_NAME": "it knows no server of that name; see --server-name",
    "WRONG_VERSION_NUMBER": "it does not speak TLS",
    "NO_APPLICATION_PROTOCOL": "it speaks none of the protocols that were offered",
}


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int

    @property
    def is_ip(self) -> bool:
        """Whether the host is an address rather than a name; TLS has no server name for an address."""
        try:
            ipaddress.ip_address(self.host.partition("%")[0])
        except ValueError:
            return False
        return True


class Own(NamedTuple):
    """The files of the certificate that is shown to the server, and of its key."""

    certificate: Path
    key: Path


def address(text: str) -> Address | None:
    """`HOST:PORT` or `[IPv6]:PORT`; None where the text is neither."""
    match = _ADDRESS.fullmatch(text)
    if match is None or not 0 < int(match["port"]) <= _MOST_PORT:
        return None
    return Address(match["v6"] or match["host"], int(match["port"]))


def shown_by(
    server: Address,
    *,
    server_name: str | None = None,
    own: Own | None = None,
    deadline: float = DEADLINE,
) -> Presented:
    """What a server shows.

    Args:
        server: where it listens.
        server_name: the name to ask for in TLS; the host if None and the host is a name.
        own: what is shown to the server, if it asks.
        deadline: seconds for all of it.

    Raises:
        NoAnswer: it cannot be reached, does not speak TLS, or shows nothing that can be read.
        OSError: a file of `own` cannot be read.
    """
    name = f"[{server.host}]:{server.port}" if ":" in server.host else f"{server.host}:{server.port}"
    asked = server_name or (None if server.is_ip else server.host)
    end = time.monotonic() + deadline
    context = _context(own, name)
    start = time.monotonic()
    try:
        with socket.create_connection((server.host, server.port), timeout=deadline) as connection:
            trip = time.monotonic() - start
            talk = _Talk(connection, context, asked, end)
            refusal = talk.handshake()
            if refusal is None:
                refusal = talk.listen(min(max(_LISTEN[0], 3 * trip), _LISTEN[1]))
    except TimeoutError:
        raise NoAnswer(name, f"it does not answer within {deadline:g} seconds") from None
    except (OSError, UnicodeError) as error:
        raise NoAnswer(name, _reason(error)) from None
    certificates = talk.shown()
    if not certificates:
        raise NoAnswer(name, refusal or "it ended the connection")
    try:
        read = tuple(decoded(der, f"certificate {n} of `{name}`", None) for n, der in enumerate(certificates, start=1))
    except ValueError:
        raise NoAnswer(name, "what it shows is no X.509 certificate") from None
    met = Connection(name, asked, talk.version(), refusal, own is not None)
    return Presented(name, "TLS server", (Chain(None, read),), connection=met)


class _Talk:
    """One handshake over memory."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, name: str | None, end: float) -> None:
        self._connection, self._end, self._received = connection, end, 0
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)

    def handshake(self) -> str | None:
        """Finish it; why the server broke it off, or None.

        Raises:
            TimeoutError: the deadline has passed.
            OSError: the connection broke.
        """
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send()
                if not self._receive(self._end - time.monotonic()):
                    return "it ends the connection during the handshake"
            except ssl.SSLError as error:
                self._send()
                return _reason(error)
            else:
                self._send()
                return None

    def listen(self, seconds: float) -> str | None:
        """Whether the server still refuses: why, or None."""
        until = min(time.monotonic() + seconds, self._end)
        while True:
            try:
                self._tls.read(1)
            except ssl.SSLWantReadError:
                try:
                    if not self._receive(until - time.monotonic()):
                        return None
                except OSError:
                    return None  # silence, or an end without a word: it did not refuse
            except ssl.SSLError as error:
                return None if isinstance(error, ssl.SSLZeroReturnError) else _reason(error)
            else:
                return None

    def shown(self) -> list[bytes]:
        """The certificates of the server in DER, its own first; they are there even after a failed handshake."""
        inner: Any = self._tls
        if not hasattr(inner, "get_unverified_chain"):  # public since Python 3.13
            inner = inner._sslobj  # noqa: SLF001 - the only way to more than the first certificate before that
        chain = inner.get_unverified_chain() or ()
        found = [each if isinstance(each, bytes) else bytes(each.public_bytes(ssl._ssl.ENCODING_DER)) for each in chain]  # type: ignore[attr-defined]  # noqa: SLF001
        return found[:MOST_CERTIFICATES]

    def version(self) -> str | None:
        """The protocol that was agreed on."""
        return self._tls.version()

    def _send(self) -> None:
        data = self._outgoing.read()
        if data:
            self._connection.settimeout(max(self._end - time.monotonic(), 0.001))
            self._connection.sendall(data)

    def _receive(self, seconds: float) -> bool:
        if seconds <= 0:
            raise TimeoutError
        self._connection.settimeout(seconds)
        data = self._connection.recv(_CHUNK)
        self._received += len(data)
        if self._received > _MOST_BYTES:
            msg = f"it sends more than {_MOST_BYTES >> 20} MiB before it has said who it is"
            raise OSError(msg)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return bool(data)


def _context(own: Own | None, server: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # what the server shows is judged by `ztdsl.certificate.judge`
    context.set_alpn_protocols(_PROTOCOLS)
    if own is not None:
        own.certificate.open("rb").close()
        own.key.open("rb").close()
        try:
            context.load_cert_chain(own.certificate, own.key, password=_no_password)
        except (ssl.SSLError, ValueError):
            reason = f"`{own.certificate}` and `{own.key}` are no certificate in PEM and its unencrypted key"
            raise NoAnswer(server, reason) from None
    return context


def _no_password() -> str:
    msg = "the key is encrypted"
    raise ValueError(msg)


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        word = (error.reason or "").rpartition("ALERT_")[2].removeprefix("SSLV3_").removeprefix("TLSV1_")
        return _REASONS.get(word, f"TLS fails ({(error.reason or 'unknown reason').replace('_', ' ').lower()})")
    if isinstance(error, socket.gaierror):
        return "its name does not resolve"
    if isinstance(error, OSError):
        return (error.strerror or str(error) or "the connection broke").lower()
    return "its name is none that TLS can ask for"
