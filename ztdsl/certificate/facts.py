"""One certificate as plain facts: decoded once, every extension, and what of it cannot be decoded."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

if TYPE_CHECKING:
    from datetime import datetime

    from ztdsl.diagnostics.model import Span

_USAGES: Final = (
    ("digital_signature", "digitalSignature"),
    ("content_commitment", "nonRepudiation"),
    ("key_encipherment", "keyEncipherment"),
    ("data_encipherment", "dataEncipherment"),
    ("key_agreement", "keyAgreement"),
    ("key_cert_sign", "keyCertSign"),
    ("crl_sign", "cRLSign"),
)
_PURPOSES: Final = {
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
}
_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
_READ: Final = (x509.SubjectAlternativeName, x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate.

    Attributes:
        x509: the decoded certificate, for what its signature says.
        origin: where it stands, in words: `certificate 2 of cert-chain.pem`.
        place: its place in a file, where there is one that may be shown.
        subject: its subject (RFC 4514); empty where it has none.
        issuer: its issuer, likewise.
        serial: its serial number in hexadecimal digits.
        fingerprint: the SHA-256 digest of the whole certificate in hexadecimal digits.
        uris: its URI names.
        dns: its DNS names.
        not_before: the first instant of its validity.
        not_after: the last.
        is_ca: what basic constraints say; None where it has none.
        path_length: how many CAs may stand below it; None where that is not limited.
        key_usage: what the key may be used for (RFC 5280, 4.2.1.3); None where nothing is said.
        is_key_usage_critical: whether that extension is marked critical.
        purposes: the extended key usages; None where nothing is said.
        key: the kind of its key, such as `RSA` or `ECDSA P-256`.
        key_bits: the size of its key; None where the kind has one size.
        digest: the hash of its signature, such as `SHA-256`; None where the kind of signature needs none.
        undecoded: the extensions that cannot be decoded, each with the reason.
        unknown_critical: object identifiers of critical extensions that are not looked at here.
    """

    x509: x509.Certificate
    origin: str
    place: Span | None
    subject: str
    issuer: str
    serial: str
    fingerprint: str
    uris: tuple[str, ...]
    dns: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    is_ca: bool | None
    path_length: int | None
    key_usage: tuple[str, ...] | None
    is_key_usage_critical: bool
    purposes: tuple[str, ...] | None
    key: str
    key_bits: int | None
    digest: str | None
    undecoded: tuple[str, ...] = ()
    unknown_critical: tuple[str, ...] = ()

    @property
    def is_self_issued(self) -> bool:
        """Whether issuer and subject are one name."""
        return self.x509.issuer.public_bytes() == self.x509.subject.public_bytes()


def decoded(der: bytes, origin: str, place: Span | None) -> Certificate:
    """The facts of a certificate in DER.

    Raises:
        ValueError: it is no certificate, or a part that every certificate has cannot be decoded.
    """
    with warnings.catch_warnings():  # what is odd about a certificate is ours to say
        warnings.simplefilter("ignore")
        try:
            return _facts(x509.load_der_x509_certificate(der), origin, place)
        except x509.InvalidVersion as error:
            raise ValueError(str(error)) from None


def _facts(made: x509.Certificate, origin: str, place: Span | None) -> Certificate:
    extensions, undecoded = _extensions(made)
    names = _value(extensions, x509.SubjectAlternativeName)
    constraints = _value(extensions, x509.BasicConstraints)
    usage = _value(extensions, x509.KeyUsage)
    purposes = _value(extensions, x509.ExtendedKeyUsage)
    key, bits = _key(made)
    return Certificate(
        x509=made,
        origin=origin,
        place=place,
        subject=made.subject.rfc4514_string(),
        issuer=made.issuer.rfc4514_string(),
        serial=f"{made.serial_number:x}",
        fingerprint=made.fingerprint(hashes.SHA256()).hex(),
        uris=() if names is None else tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
        dns=() if names is None else tuple(names.get_values_for_type(x509.DNSName)),
        not_before=made.not_valid_before_utc,
        not_after=made.not_valid_after_utc,
        is_ca=None if constraints is None else constraints.ca,
        path_length=None if constraints is None else constraints.path_length,
        key_usage=None if usage is None else tuple(word for name, word in _USAGES if getattr(usage, name)),
        is_key_usage_critical=any(each.critical and isinstance(each.value, x509.KeyUsage) for each in extensions),
        purposes=None if purposes is None else tuple(_PURPOSES.get(each, each.dotted_string) for each in purposes),
        key=key,
        key_bits=bits,
        digest=_digest(made),
        undecoded=undecoded,
        unknown_critical=tuple(
            each.oid.dotted_string
            for each in extensions
            if each.critical and not isinstance(each.value, (*_READ, x509.NameConstraints))
        ),
    )


def _extensions(made: x509.Certificate) -> tuple[list[x509.Extension[x509.ExtensionType]], tuple[str, ...]]:
    """The extensions, or none of them and why: one that cannot be decoded hides the others from the decoder."""
    try:
        return list(made.extensions), ()
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        return [], (" ".join(str(error).partition(": ParseError")[0].split())[:200],)


def _value(extensions: list[x509.Extension[x509.ExtensionType]], kind: type[_Kind]) -> _Kind | None:
    return next((each.value for each in extensions if isinstance(each.value, kind)), None)


def _key(made: x509.Certificate) -> tuple[str, int | None]:
    try:
        key = made.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return f"unknown ({made.public_key_algorithm_oid.dotted_string})", None
    match key:
        case rsa.RSAPublicKey():
            return "RSA", key.key_size
        case ec.EllipticCurvePublicKey():
            return f"ECDSA {_CURVES.get(key.curve.name, key.curve.name)}", key.key_size
        case ed25519.Ed25519PublicKey():
            return "Ed25519", None
        case ed448.Ed448PublicKey():
            return "Ed448", None
        case dsa.DSAPublicKey():
            return "DSA", key.key_size
        case _:
            return type(key).__name__.removesuffix("PublicKey"), None


_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp224r1": "P-224"}


def _digest(made: x509.Certificate) -> str | None:
    try:
        algorithm = made.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return f"unknown ({made.signature_algorithm_oid.dotted_string})"
    if algorithm is None:
        return None
    name = algorithm.name.upper()
    return f"SHA-{name[3:]}" if name.startswith("SHA") and name[3:].isdigit() else name
