"""A server of key sets inside the mesh's network: `https://HOST/PATH` of any host that it is told to be.

Run as `python -m tests.mesh.key_server DIRECTORY ADDRESS`, it answers with the files of the directory, so that a test
rotates keys by writing a file.
"""

from __future__ import annotations

import ipaddress
import ssl
import sys
import urllib.parse
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from tests.conformance.lab.authority import Authority
from tests.mesh.network import set_hosts
from tests.mesh.place import Place
from tests.mesh.processes import Process

_PATIENCE: Final = 30.0
_PORT: Final = 443
ROOT_FILE: Final = "web-root.pem"
"""The certificate of the authority that istiod trusts for servers outside the mesh."""


class KeyServer:
    """A running key server; its certificate is of another authority than the mesh's."""

    def __init__(self, place: Place, hosts: Sequence[str]) -> None:
        """Start it.

        Args:
            place: where the mesh is.
            hosts: what it is called; these become names of it for processes that start in the mesh's network from
                now on.
        """
        self._place, self._hosts = place, hosts
        self.directory = place.directory / "keys"
        (self.directory / "served").mkdir(parents=True)
        authority = Authority(self.directory)
        (place.directory / ROOT_FILE).write_text(authority.root, encoding="ascii")
        chain = self.directory / "server.pem"
        chain.write_text(_server_certificate(authority, hosts), encoding="ascii")
        set_hosts(place.network, dict.fromkeys(hosts, place.address))
        self._process: Process | None = None
        self.start()

    def serve(self, url: str, key_set: str) -> None:
        """Answer `url`, of one of the hosts, with a JWK set (RFC 7517) from now on."""
        parts = urllib.parse.urlsplit(url)
        assert parts.hostname in self._hosts, f"the key server is not called {parts.hostname}"
        file = self.directory / "served" / str(parts.hostname) / parts.path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.fresh")
        fresh.write_text(key_set, encoding="utf-8")
        fresh.replace(file)

    def stop(self) -> None:
        """Answer nothing any more."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def start(self) -> None:
        """Answer again."""
        ready = self.directory / "ready"
        ready.unlink(missing_ok=True)
        self._process = Process(
            [sys.executable, "-m", "tests.mesh.key_server", str(self.directory), self._place.address],
            network=self._place.network,
            log=self.directory / "key-server.log",
            directory=Path(__file__).parents[2],
        )
        self._process.wait_until(ready.exists, _PATIENCE)


def _server_certificate(authority: Authority, hosts: Sequence[str]) -> str:
    """Certificate and key of a web server with those names."""
    signer = serialization.load_pem_private_key(authority.private_key.encode(), None)
    root = x509.load_pem_x509_certificate(authority.root.encode())
    certificate, key = authority.certificate("spiffe://unused")
    unnamed = x509.load_pem_x509_certificate(certificate.encode())
    names = x509.SubjectAlternativeName([_general_name(each) for each in sorted(hosts)])
    signed = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(root.subject)
        .public_key(unnamed.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(unnamed.not_valid_before_utc)
        .not_valid_after(unnamed.not_valid_after_utc)
        .add_extension(names, critical=True)
        .sign(signer, hashes.SHA256())  # type: ignore[arg-type] # an elliptic curve's key
    )
    return signed.public_bytes(serialization.Encoding.PEM).decode() + key


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class _Files(BaseHTTPRequestHandler):
    served: Path

    def do_GET(self) -> None:
        """Answer with the file of this host and path."""
        host = self.headers.get("host", "").partition(":")[0]
        file = self.served / host / urllib.parse.urlsplit(self.path).path.lstrip("/")
        is_there = file.is_file() and self.served in file.resolve().parents
        body = file.read_bytes() if is_there else b"no such keys\n"
        self.send_response(200 if is_there else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(directory: Path, address: str) -> None:
    """Serve until the process is ended."""
    _Files.served = (directory / "served").resolve()
    server = ThreadingHTTPServer((address, _PORT), _Files)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    (directory / "ready").touch()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
