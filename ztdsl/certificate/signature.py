"""Whether a key made a certificate's signature, whatever the certificates are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

if TYPE_CHECKING:
    from ztdsl.certificate.facts import Certificate


class Unverifiable(Exception):  # noqa: N818 - named for what happened
    """Nobody can say here whether a signature is right; the message says why."""


def has_signed(above: Certificate, below: Certificate) -> bool:
    """Whether the key of `above` made the signature of `below`.

    Raises:
        Unverifiable: for a kind of key or signature that is not known here.
    """
    made = below.x509
    try:
        key, how, digest = above.x509.public_key(), made.signature_algorithm_parameters, made.signature_hash_algorithm
        match key, how:
            case rsa.RSAPublicKey(), padding.PKCS1v15() | padding.PSS() if digest is not None:
                key.verify(made.signature, made.tbs_certificate_bytes, how, digest)
            case ec.EllipticCurvePublicKey(), ec.ECDSA():
                key.verify(made.signature, made.tbs_certificate_bytes, how)
            case ((ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey()), None):
                key.verify(made.signature, made.tbs_certificate_bytes)
            case _:
                return False  # a key of another kind than the signature
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unverifiable(str(error)) from None
    return True
