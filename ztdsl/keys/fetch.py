"""Fetching keys: the only network code of this room.

One GET without credentials. A name is resolved once, each of its addresses is checked, and the connection goes to a
checked address, so that no second answer of a name server can lead elsewhere. A redirect keeps the scheme and is
checked in the same way. The whole fetch has one deadline, whatever the server does. Proxies that the environment names
are not used.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from contextlib import closing
from ipaddress import ip_address
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from ztdsl import __version__
from ztdsl.keys.address import is_public
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIMEOUT: Final = 10.0
LARGEST: Final = 1 << 20
_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"https": 443, "http": 80}
_CHUNK: Final = 1 << 14
_GZIP: Final = 16 + zlib.MAX_WBITS
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may do.

    Attributes:
        timeout: the seconds within which all of it ends.
        largest: the most bytes that an answer may have, unpacked too.
        private_addresses: servers may have addresses that are not public.
        ca_file: the only authorities to trust, in PEM; those of the system if None.
    """

    timeout: float = TIMEOUT
    largest: int = LARGEST
    private_addresses: bool = False
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer.

    Attributes:
        url: where it came from in the end.
        text: what it says.
        seconds: how long it took.
        redirects: how often the server sent elsewhere.
        max_age: for how many seconds caches may keep it; None if it does not say.
        content_type: what it says it is; None if it does not.
        address: the server's address.
        tls: the version of TLS; None without.
    """

    url: str
    text: str
    seconds: float
    redirects: int
    max_age: int | None
    content_type: str | None
    address: str
    tls: str | None


class NotFetchedError(Exception):
    """There is no answer, or none to trust; the message says why and holds nothing of it."""


class _Deadline:
    """The end of a fetch: what still runs then is cut off."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._seconds = seconds

    def rest(self) -> float:
        """The seconds that are left.

        Raises:
            NotFetchedError: none are.
        """
        rest = self._end - time.monotonic()
        if rest <= 0:
            raise self.failure()
        return rest

    def failure(self) -> NotFetchedError:
        return NotFetchedError(f"there is no whole answer within {self._seconds:g} s")

    @property
    def is_past(self) -> bool:
        return time.monotonic() >= self._end


class _Connection(http.client.HTTPConnection):
    """A connection over a socket that is open already."""

    def __init__(self, host: str, port: int, open_socket: socket.socket) -> None:
        super().__init__(host, port)
        self.sock = open_socket


def fetch(url: str, limits: Limits) -> Fetched:
    """What `url` answers.

    Raises:
        NotFetchedError: it cannot be had within the limits, or the server is not one to trust.
        OSError: the file with the authorities cannot be read.
    """
    began = time.monotonic()
    deadline = _Deadline(limits.timeout)
    context = _trust(limits.ca_file)
    at, scheme = url, _split(url).scheme
    for redirects in range(_MOST_REDIRECTS + 1):
        target = _split(at)
        if target.scheme != scheme:
            message = f"it redirects from `{scheme}` to `{target.scheme}`"
            raise NotFetchedError(message)
        address = _address(target, limits, deadline)
        answer = _ask(target, address, context, limits, deadline)
        if isinstance(answer, str):
            at = _joined(at, answer)
            continue
        body, headers, tls = answer
        return Fetched(
            at,
            _text(body),
            time.monotonic() - began,
            redirects,
            _max_age(headers.get("Cache-Control")),
            headers.get("Content-Type"),
            address,
            tls,
        )
    message = f"it redirects more than {_MOST_REDIRECTS} times"
    raise NotFetchedError(message)


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        context = ssl.create_default_context()
    else:
        try:
            context = ssl.create_default_context(cadata=ca_file.read_text(encoding="utf-8", errors="replace"))
        except ssl.SSLError:
            message = f"`{ca_file}` holds no certificate in PEM"
            raise NotFetchedError(message) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        message = "the address is malformed"
        raise NotFetchedError(message) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        message = "the address is neither `https://` nor `http://`"
        raise NotFetchedError(message)
    if parts.username is not None or parts.password is not None:
        message = "the address carries credentials"
        raise NotFetchedError(message)
    if any(ord(character) <= ord(" ") or not character.isascii() for character in url):
        message = "the address has a character that no address has"
        raise NotFetchedError(message)
    return parts


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        message = "it redirects to an address that is malformed"
        raise NotFetchedError(message) from None


def _address(target: SplitResult, limits: Limits, deadline: _Deadline) -> str:
    """The address to connect to.

    Raises:
        NotFetchedError: the name has none, or one that is not public where that is not allowed.
    """
    host = target.hostname or ""
    port = target.port or _PORTS[target.scheme]
    found = _within(deadline, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not limits.private_addresses:
        for address in addresses:
            if not is_public(ip_address(address)):
                message = f"`{host}` has the address {address}, which is not public"
                raise NotFetchedError(message)
    return addresses[0]


def _within(deadline: _Deadline, resolve: Callable[[], list[Any]]) -> list[Any]:
    """What `resolve` gives; the resolver of the system knows no timeout, so another thread waits for it."""
    found: list[list[Any] | OSError] = []

    def run() -> None:
        try:
            found.append(resolve())
        except (OSError, UnicodeError) as error:
            found.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(deadline.rest())
    if not found:
        raise deadline.failure()
    if isinstance(found[0], OSError):
        message = "its name has no address"
        raise NotFetchedError(message) from None
    return found[0]


_Answer = tuple[bytes, http.client.HTTPMessage, str | None]


def _ask(
    target: SplitResult, address: str, context: ssl.SSLContext, limits: Limits, deadline: _Deadline
) -> _Answer | str:
    """The body and headers of the answer, or where the server sends instead."""
    host, port = target.hostname or "", target.port or _PORTS[target.scheme]
    plain: socket.socket | None = None
    twin: socket.socket | None = None
    watch: Timer | None = None
    try:
        plain = socket.create_connection((address, port), deadline.rest())
        twin = plain.dup()
        watch = Timer(deadline.rest(), _cut, [twin])
        watch.daemon = True
        watch.start()
        sock: socket.socket = plain
        tls: str | None = None
        if target.scheme == "https":
            secure = context.wrap_socket(plain, server_hostname=host)
            sock, tls = secure, secure.version()
        plain = sock
        return _exchange(_Connection(host, port, sock), target, tls, limits, deadline)
    except ssl.SSLCertVerificationError as error:
        message = f"its certificate is not one to trust: {error.verify_message}"
        raise NotFetchedError(message) from None
    except (OSError, http.client.HTTPException) as error:
        if deadline.is_past or isinstance(error, TimeoutError):
            raise deadline.failure() from None
        raise NotFetchedError(_words(error)) from None
    finally:
        if watch is not None:
            watch.cancel()
        if twin is not None:
            twin.close()
        if plain is not None:
            plain.close()


def _cut(sock: socket.socket) -> None:
    """End both directions: whoever waits for the server sees the end at once."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has ended already
        return


def _exchange(
    connection: _Connection, target: SplitResult, tls: str | None, limits: Limits, deadline: _Deadline
) -> _Answer | str:
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    headers = {
        "Accept": "application/jwk-set+json, application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": f"ztc/{__version__}",
    }
    connection.request("GET", path, headers=headers)
    with closing(connection.getresponse()) as response:
        if response.status in _REDIRECTS and (location := response.headers.get("Location")):
            return location
        if response.status != _OK:
            message = f"it answers with status {response.status}"
            raise NotFetchedError(message)
        return _body(response, limits, deadline), response.headers, tls


def _body(response: http.client.HTTPResponse, limits: Limits, deadline: _Deadline) -> bytes:
    encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        message = "its answer is packed in a way that was not asked for"
        raise NotFetchedError(message)
    unpack = zlib.decompressobj(_GZIP) if "gzip" in encoding else None
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        deadline.rest()
        try:
            body += chunk if unpack is None else unpack.decompress(chunk, limits.largest + 1)
        except zlib.error:
            message = "its answer is said to be gzip and is not"
            raise NotFetchedError(message) from None
        if len(body) > limits.largest or (unpack is not None and unpack.unconsumed_tail):
            message = f"its answer is larger than {limits.largest} bytes"
            raise NotFetchedError(message)
    deadline.rest()
    if response.length or (unpack is not None and not unpack.eof):
        message = "its answer ends too early"
        raise NotFetchedError(message)
    return bytes(body)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = "its answer is not UTF-8 text"
        raise NotFetchedError(message) from None


def _words(error: OSError | http.client.HTTPException) -> str:
    if isinstance(error, http.client.HTTPException):
        return "its answer is not HTTP, or ends too early"
    if isinstance(error, ssl.SSLError):
        return f"TLS fails: {(error.reason or 'protocol error').replace('_', ' ').lower()}"
    return f"it cannot be reached: {(error.strerror or 'the connection ended').lower()}"


def _max_age(control: str | None) -> int | None:
    for part in (control or "").lower().split(","):
        name, _, value = part.strip().partition("=")
        if name in {"no-store", "no-cache"}:
            return 0
        if name == "max-age" and value.strip('"').isdigit():
            return int(value.strip('"'))
    return None
