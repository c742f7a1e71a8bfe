"""Whether a key of a set made a token's signature, as Envoy asks it.

A token that names no key, and keys that have no name, are tried with all; a key that says no algorithm takes the
token's, whatever it is. Sources: Envoy `source/common/jwt/verify.cc`; RFC 7518, section 3; RFC 8037, section 3.1.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from ztdsl.token.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

    from ztdsl.token.jwt import Jwt
    from ztdsl.token.key_set import Key

_EDWARDS_LENGTH: Final = 64
FAMILIES: Final = {"RSA": ("RS", "PS"), "EC": ("ES",), "oct": ("HS",), "OKP": ("Ed",)}
"""How the algorithms begin that fit a kind of key."""


class Verified(NamedTuple):
    """What the keys of a set say of a signature.

    Attributes:
        status: Envoy's answer.
        tried: the keys whose name and algorithm fit.
        by: the key that made the signature.
    """

    status: Status
    tried: tuple[Key, ...]
    by: Key | None = None


def verify(token: Jwt, keys: Sequence[Key]) -> Verified:
    """What `keys` say of the signature of `token`, asked in their order until one fits."""
    fitting = tuple(key for key in keys if _fits(token, key))
    if not keys:
        return Verified(Status.NO_KEYS, ())
    for number, key in enumerate(fitting, 1):
        if isinstance(key.material, Ed25519PublicKey) and len(token.signature) != _EDWARDS_LENGTH:
            return Verified(Status.SIGNATURE_LENGTH, fitting[:number])
        if _made(token, key):
            return Verified(Status.OK, fitting[:number], key)
    return Verified(Status.SIGNATURE if fitting else Status.KEY_UNKNOWN, fitting)


def _fits(token: Jwt, key: Key) -> bool:
    return (not token.kid or not key.kid or key.kid == token.kid) and key.alg in {"", token.alg}


def _made(token: Jwt, key: Key) -> bool:
    """Whether `key` made the signature."""
    digest, material = _digest(token.alg, FAMILIES[key.kind]), key.material
    if isinstance(material, bytes):
        return hmac.compare_digest(hmac.digest(material, token.signed, digest.name), token.signature)
    try:
        if isinstance(material, Ed25519PublicKey):
            material.verify(token.signature, token.signed)
        elif isinstance(material, EllipticCurvePublicKey):
            material.verify(_pair(token.signature), token.signed, ECDSA(digest))
        else:
            return _made_by_rsa(token, material, digest)
    except InvalidSignature:
        return False
    return True


def _made_by_rsa(token: Jwt, key: RSAPublicKey, digest: HashAlgorithm) -> bool:
    """RSASSA of the family that the token's algorithm names; Envoy takes a salt of any length.

    Raises:
        InvalidSignature: the signature is of something else.
    """
    family = token.alg[:2]
    if family == "RS":
        key.verify(token.signature, token.signed, PKCS1v15(), digest)
    elif family == "PS":
        key.verify(token.signature, token.signed, PSS(MGF1(digest), PSS.AUTO), digest)
    return family in {"RS", "PS"}


def _digest(alg: str, families: tuple[str, ...]) -> HashAlgorithm:
    """The digest that an algorithm names, or SHA-256 where it is of another family than the key."""
    if not alg.startswith(families):
        return SHA256()
    return {"384": SHA384, "512": SHA512}.get(alg[2:], SHA256)()


def _pair(signature: bytes) -> bytes:
    """The two numbers of a signature on a curve, which are its halves, as cryptography wants them."""
    half = len(signature) // 2
    first, second = signature[:half], signature[half : 2 * half]
    return encode_dss_signature(int.from_bytes(first, "big"), int.from_bytes(second, "big"))
