"""Certificates for tests: made by `cryptography`, with fixed dates, and with whatever fault a test wants."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOW_TEXT = "2026-11-24T12:00:00Z"
DAY = timedelta(days=1)
FRONTEND = "spiffe://cluster.local/ns/web/sa/frontend"
BOTH = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    """The key of that name in this run."""
    del name
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """An RSA key of that size."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass(frozen=True)
class Made:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> str:
        """The certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def private(self) -> str:
        """The key in PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()


@dataclass(frozen=True)
class Plan:
    """What a certificate is to say; the defaults are those of istiod's workload certificates."""

    uris: Sequence[str] = (FRONTEND,)
    dns: Sequence[str] = ()
    subject: str | None = None
    begin: datetime = NOW - timedelta(hours=2)
    end: datetime = NOW + timedelta(hours=22)
    ca: bool | None = False
    path_length: int | None = None
    usage: Sequence[str] | None = ("digital_signature", "key_encipherment")
    is_usage_critical: bool = True
    purposes: Sequence[x509.ObjectIdentifier] | None = BOTH
    permitted: Sequence[str] = ()
    key: Key = field(default_factory=lambda: key("leaf"))


def authority(name: str = "root", **changes: Any) -> Plan:
    """The plan of a CA."""
    plan: dict[str, Any] = {
        "uris": (),
        "subject": name,
        "begin": NOW - 100 * DAY,
        "end": NOW + 3000 * DAY,
        "ca": True,
        "usage": ("key_cert_sign", "crl_sign"),
        "purposes": None,
        "key": key(name),
    }
    return Plan(**{**plan, **changes})


def make(plan: Plan, by: Made | None = None, *, issuer: str | None = None) -> Made:
    """The certificate of `plan`, signed by `by` or by itself, under the issuer's name or another."""
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, plan.subject)] if plan.subject else [])
    signer = name if by is None else by.certificate.subject
    if issuer is not None:
        signer = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signer)
        .public_key(plan.key.public_key())
        .serial_number(0x1F2E3D)
        .not_valid_before(plan.begin)
        .not_valid_after(plan.end)
    )
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri) for uri in plan.uris]
    names += [x509.DNSName(each) for each in plan.dns]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=not plan.subject)
    if plan.ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=plan.ca, path_length=plan.path_length), critical=True)
    if plan.usage is not None:
        usage = x509.KeyUsage(*(each in plan.usage for each in USAGES))
        builder = builder.add_extension(usage, critical=plan.is_usage_critical)
    if plan.purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(plan.purposes), critical=False)
    if plan.permitted:
        permitted = [x509.UniformResourceIdentifier(each) for each in plan.permitted]
        builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
    return Made(builder.sign(plan.key if by is None else by.key, hashes.SHA256()), plan.key)


def with_sha1(made: Made, by: Made) -> Made:
    """The certificate signed with SHA-1 by an RSA key: `cryptography` refuses to, and so the bytes are exchanged."""
    assert isinstance(by.key, rsa.RSAPrivateKey)
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    body = made.certificate.tbs_certificate_bytes
    changed = body.replace(sha256, sha1)
    signature = by.key.sign(changed, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - that is the fault
    der = made.der.replace(body, changed).replace(sha256, sha1).replace(made.certificate.signature, signature)
    return Made(x509.load_der_x509_certificate(der), made.key)


ROOT = make(authority("root"))
INTERMEDIATE = make(authority("intermediate", path_length=0), ROOT)
STRANGER = make(authority("stranger"))
GOOD = make(Plan(), INTERMEDIATE)


def chain(*made: Made) -> str:
    """Several certificates in PEM."""
    return "".join(each.pem for each in made)


def secret(files: dict[str, str], kind: str = "Secret") -> str:
    """A Kubernetes Secret in JSON, which is YAML too."""
    data = {name: b64encode(text.encode()).decode() for name, text in files.items()}
    return json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": "cert"}, "data": data}, indent=2)


def dump(chained: str, root: str, private: str = "[redacted]", *, is_snake: bool = False) -> str:
    """What `istioctl proxy-config secret -o json` prints, or with `is_snake` what Envoy's admin port does."""

    def source(text: str) -> dict[str, str]:
        return {"inlineBytes": b64encode(text.encode()).decode()}

    own = {"certificateChain": source(chained), "privateKey": source(private)}
    kind = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
    entries = [
        {"name": "default", "secret": {"@type": kind, "name": "default", "tlsCertificate": own}},
        {"name": "ROOTCA", "secret": {"@type": kind, "validationContext": {"trustedCa": source(root)}}},
    ]
    warming = [{"name": "kubernetes://edge", "secret": {"@type": kind, "name": "kubernetes://edge"}}]
    text = json.dumps({"dynamicActiveSecrets": entries, "dynamicWarmingSecrets": warming}, indent=4)
    if not is_snake:
        return text
    for word in ("dynamicActiveSecrets", "dynamicWarmingSecrets", "tlsCertificate", "certificateChain", "privateKey",
                 "inlineBytes", "validationContext", "trustedCa"):  # fmt: skip
        text = text.replace(word, "".join(f"_{each.lower()}" if each.isupper() else each for each in word))
    return json.dumps({"configs": [json.loads(text)]})
