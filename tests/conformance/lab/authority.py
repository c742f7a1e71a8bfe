"""A certificate authority for one run of the lab, in place of the mesh's: it signs any identity that is asked for."""

from __future__ import annotations

import datetime as dt
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_LIFETIME: Final = dt.timedelta(days=1)
_USAGE: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
"""What Istio's own root may be used for (security/pkg/pki/util/generate_cert.go)."""


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


class Authority:
    """Signs certificates as istiod does: an empty subject and one URI SAN.

    Attributes:
        root: the PEM text of its own certificate.
        private_key: the PEM text of the key that signs.
    """

    def __init__(self, directory: Path, organization: str = "cluster.local") -> None:
        self._directory = directory
        self._key = _key()
        self._name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)])
        self._client_key = _key()
        now = dt.datetime.now(tz=dt.UTC)
        self._from, self._until = now - _LIFETIME, now + _LIFETIME
        certificate = (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_USAGE, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.root = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.private_key = _private_pem(self._key)
        self.client_context = lru_cache(maxsize=None)(self._client_context)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._from)
            .not_valid_after(self._until)
        )

    def certificate(self, identity: str) -> tuple[str, str]:
        """The PEM texts of a certificate with the one URI SAN `identity` and of its key."""
        san = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)])
        signed = (
            self._builder(x509.Name([]), self._client_key)
            .add_extension(san, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return signed.public_bytes(serialization.Encoding.PEM).decode(), _private_pem(self._client_key)

    def _client_context(self, identity: str | None, protocols: tuple[str, ...]) -> ssl.SSLContext:
        """How a client with that identity, or without a certificate, opens TLS offering those ALPN protocols.

        It does not verify the server: what is under test is what the server thinks of the client.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if protocols:
            context.set_alpn_protocols(list(protocols))
        if identity is not None:
            chain = self._directory / f"client-{len(list(self._directory.iterdir()))}.pem"
            chain.write_text("".join(self.certificate(identity)))
            context.load_cert_chain(chain)
        return context
