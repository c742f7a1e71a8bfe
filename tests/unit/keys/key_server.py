"""Real HTTPS servers on 127.0.0.1, each of which answers in its own way."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[[socket.socket, str], None]
"""Answers one request: the connection, and the path that was asked for."""


class Authority(NamedTuple):
    """A certificate authority, and the files of a server's certificate that it issued."""

    ca: Path
    chain: Path
    key: Path


def authority(place: Path, names: tuple[str, ...] = ("localhost",)) -> Authority:
    """A new authority with a certificate for `names` and 127.0.0.1, in files of `place`."""
    now = datetime.now(tz=UTC)
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test root")])

    def begin(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )

    root = (
        begin(root_name, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives.append(x509.IPAddress(IPv4Address("127.0.0.1")))
    leaf = (
        begin(x509.Name([]), leaf_key.public_key())
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    made = Authority(place / "ca.pem", place / "chain.pem", place / "key.pem")
    made.ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    made.chain.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


@contextmanager
def served(answer: Answer, held: Authority | None) -> Iterator[int]:
    """A server that answers each connection with `answer`, over TLS if it has certificates; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = None
    if held is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(held.chain, held.key)

    def one(plain: socket.socket) -> None:
        with suppress(OSError), plain:
            connection = plain if context is None else context.wrap_socket(plain, server_side=True)
            with connection:
                head = b""
                while b"\r\n\r\n" not in head and (chunk := connection.recv(4096)):
                    head += chunk
                if b"\r\n\r\n" in head:
                    answer(connection, head.split(b" ")[1].decode())

    def run() -> None:
        with suppress(OSError):
            while True:
                Thread(target=one, args=[listener.accept()[0]], daemon=True).start()

    Thread(target=run, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def reply(body: bytes, *headers: str, status: str = "200 OK") -> Answer:
    """Answers with a whole body."""

    def answer(connection: socket.socket, path: str) -> None:
        del path
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)

    return answer
