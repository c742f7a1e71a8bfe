"""What real TLS servers on this machine show."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.certificates import FRONTEND, GOOD, INTERMEDIATE, ROOT, STRANGER, Made, Plan, chain, key, make
from ztdsl.certificate.server import Address, Own, address, shown_by
from ztdsl.certificate.unreadable import NoAnswer

Serve = Callable[[socket.socket], None]


@contextmanager
def listening(serve: Serve) -> Iterator[Address]:
    """A server that treats each connection as `serve` does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stopped = threading.Event()

        def accept() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield Address("127.0.0.1", server.getsockname()[1])
        finally:
            stopped.set()
            thread.join()


def tls(
    place: Path,
    *,
    wants_client: bool = False,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    names: list[str | None] | None = None,
    shown: Made = GOOD,
) -> Serve:
    """Serves TLS with the good chain; `names` gets the server names that are asked for."""
    (place / "server.pem").write_text(chain(shown, INTERMEDIATE) + shown.private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "server.pem")
    context.minimum_version = context.maximum_version = version
    if wants_client:
        (place / "ca.pem").write_text(ROOT.pem)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(place / "ca.pem")
    if names is not None:
        context.sni_callback = lambda _connection, name, _context: names.append(name)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    return serve


def own(place: Path, made: Made = GOOD, *above: Made) -> Own:
    """The files of a client certificate."""
    (place / "client.pem").write_text(chain(made, *above))
    (place / "client.key").write_text(made.private)
    return Own(place / "client.pem", place / "client.key")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
def test_the_whole_chain_is_shown(version: ssl.TLSVersion, tmp_path: Path) -> None:
    """Every certificate that the server sends, its own first."""
    with listening(tls(tmp_path, version=version)) as server:
        found = shown_by(server)
    (one,) = found.chains
    assert [each.uris for each in one.certificates] == [(FRONTEND,), ()]
    assert found.connection is not None
    assert (found.connection.refusal, found.connection.protocol) == (None, version.name.replace("v1_", "v1."))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
def test_a_server_that_wants_a_client_certificate_still_shows_its_own(version: ssl.TLSVersion, tmp_path: Path) -> None:
    """It is said that the server refuses, and its certificates are there."""
    with listening(tls(tmp_path, wants_client=True, version=version)) as server:
        found = shown_by(server)
    assert found.connection is not None
    assert found.connection.refusal is not None
    assert "client certificate" in found.connection.refusal
    assert len(found.chains[0].certificates) == 2


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
def test_a_client_certificate_opens_it(version: ssl.TLSVersion, tmp_path: Path) -> None:
    """With a certificate of the mesh the server lets us in."""
    with listening(tls(tmp_path, wants_client=True, version=version)) as server:
        found = shown_by(server, own=own(tmp_path, GOOD, INTERMEDIATE))
    assert found.connection is not None
    assert (found.connection.refusal, found.connection.showed_own) == (None, True)


def test_a_stranger_s_client_certificate_is_refused(tmp_path: Path) -> None:
    """The reason names the CA."""
    stray = make(Plan(key=key("stray")), STRANGER)
    with listening(tls(tmp_path, wants_client=True)) as server:
        found = shown_by(server, own=own(tmp_path, stray))
    assert found.connection is not None
    assert found.connection.refusal == "it does not know the CA of the client certificate"


@pytest.mark.parametrize("given", [None, "orders.shop.svc"])
def test_the_server_name_is_asked_for(given: str | None, tmp_path: Path) -> None:
    """An address is no server name; `server_name` is sent as it stands."""
    names: list[str | None] = []
    with listening(tls(tmp_path, names=names)) as server:
        shown_by(server, server_name=given)
    assert names == [given]


def test_a_host_s_name_is_the_server_name(tmp_path: Path) -> None:
    """Unless another one is given."""
    names: list[str | None] = []
    with listening(tls(tmp_path, names=names)) as server:
        shown_by(Address("localhost", server.port))
    assert names == ["localhost"]


def _plain(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _silent(connection: socket.socket) -> None:
    time.sleep(0.6)
    connection.recv(1)


def _closing(connection: socket.socket) -> None:
    connection.recv(4096)


def _flood(connection: socket.socket) -> None:
    """A handshake message of 16 MiB that never ends."""
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x40\x00\x02\xff\xff\xff" + b"\x00" * (16384 - 4))
    for _ in range(1000):
        connection.sendall(b"\x16\x03\x03\x40\x00" + b"\x00" * 16384)


def _dripping(connection: socket.socket) -> None:
    """One byte of a record at a time."""
    connection.recv(4096)
    for byte in b"\x16\x03\x03\x40\x00" + bytes(20):
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("serve", "reason"),
    [
        (_plain, "it does not speak TLS"),
        (_silent, "it does not answer within 0.3 seconds"),
        (_dripping, "it does not answer within 0.3 seconds"),
        (_closing, "it ends the connection during the handshake"),
        (_flood, ""),
    ],
    ids=["plain", "silent", "dripping", "closing", "flood"],
)
def test_what_is_no_tls_server_is_told(serve: Serve, reason: str) -> None:
    """Within the deadline, whatever it sends."""
    start = time.monotonic()
    with listening(serve) as server, pytest.raises(NoAnswer) as raised:
        shown_by(server, deadline=0.3)
    (finding,) = raised.value.diagnostics
    assert finding.code == "ZT743"
    assert finding.message.startswith(f"`127.0.0.1:{server.port}` shows no certificate: {reason}")
    assert time.monotonic() - start < 5


def test_a_name_that_does_not_resolve_is_told() -> None:
    """The top-level domain `invalid` never does (RFC 6761)."""
    with pytest.raises(NoAnswer, match="its name does not resolve"):
        shown_by(Address("orders.invalid", 443))


def test_files_that_are_no_pair_are_told(tmp_path: Path) -> None:
    """A certificate and the key of another one."""
    files = own(tmp_path)
    files.key.write_text(ROOT.private)
    with pytest.raises(NoAnswer, match="are no certificate in PEM and its unencrypted key"):
        shown_by(Address("127.0.0.1", 1), own=files)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders.shop.svc:8443", Address("orders.shop.svc", 8443)),
        ("[::1]:443", Address("::1", 443)),
        ("127.0.0.1:15017", Address("127.0.0.1", 15017)),
        ("cert.pem", None),
        ("a:0", None),
        ("a:65536", None),
        ("::1:443", None),
        ("https://a:443", None),
        ("dir/a:443", None),
    ],
)
def test_addresses_are_told_from_files(text: str, expected: Address | None) -> None:
    """A host and a port, an IPv6 address in brackets, and nothing else."""
    assert address(text) == expected
