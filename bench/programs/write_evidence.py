"""Write evidence for the quickstart example into a directory: `write_evidence.py DIRECTORY`.

A workload's certificate with the CA that signed it, an issuer's keys, a token that one of them signed, and a request
with that token. All of it holds, so that every inspection ends with nothing found.
"""

import datetime as dt
import json
import sys
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import RSAKey

IDENTITY = "spiffe://cluster.local/ns/web/sa/frontend"
ISSUER, AUDIENCE = "https://auth.example.com", "orders-api"
USAGES = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")


def usage(*, of_ca: bool) -> x509.KeyUsage:
    """What the key of a CA, or of a workload, is for."""
    others = dict.fromkeys((*USAGES, "decipher_only"), False)
    return x509.KeyUsage(digital_signature=not of_ca, key_cert_sign=of_ca, crl_sign=of_ca, **others)


def builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    """A certificate that holds now."""
    now = dt.datetime.now(tz=dt.UTC)
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    return made.not_valid_before(now - dt.timedelta(minutes=2)).not_valid_after(now + dt.timedelta(days=1))


def write_certificates(place: Path) -> None:
    """`frontend.pem` and `root.pem`."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "cluster.local")])
    root = builder(name, name, root_key).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = root.add_extension(usage(of_ca=True), critical=True).sign(root_key, hashes.SHA256())
    leaf = builder(x509.Name([]), name, key).add_extension(usage(of_ca=False), critical=True)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    named = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(IDENTITY)])
    made = leaf.add_extension(named, critical=True).sign(root_key, hashes.SHA256())
    for file, each in {"root.pem": signed, "frontend.pem": made}.items():
        (place / file).write_bytes(each.public_bytes(serialization.Encoding.PEM))


def write_token(place: Path) -> None:
    """`keys.json`, `token`, and `request` with the token."""
    key = RSAKey.generate_key(2048, {"kid": "main", "alg": "RS256", "use": "sig"})
    (place / "keys.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "ana", "aud": AUDIENCE, "exp": now + 86_400, "role": "admin"}
    token = jwt.encode({"alg": "RS256", "kid": "main"}, claims, key)
    (place / "token").write_text(token)
    (place / "request").write_text(f"GET /orders HTTP/1.1\nHost: orders\nAuthorization: Bearer {token}\n\n")


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    directory.mkdir(exist_ok=True)
    write_certificates(directory)
    write_token(directory)
