"""Makes keys and tokens for tests, good ones by a JOSE library and broken ones by hand.

Keys are new in every run, and nothing of a token is written anywhere.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512"),
)
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_HASHES: Final[dict[str, type[SHA256 | SHA384 | SHA512]]] = {"256": SHA256, "384": SHA384, "512": SHA512}


@cache
def key(name: str, algorithm: str) -> Key:
    """The private key of that name, of the kind that the algorithm needs."""
    del name  # it only tells keys of one kind apart, by which the cache keeps them
    if algorithm in _CURVES:
        return ECKey.generate_key(_CURVES[algorithm])
    if algorithm == "EdDSA":
        return OKPKey.generate_key("Ed25519")
    if algorithm.startswith("HS"):
        return OctKey.generate_key(512)
    return RSAKey.generate_key(2048)


def public(name: str, algorithm: str, **more: str) -> dict[str, Any]:
    """The public half of a key as a JWK; a symmetric one is its secret."""
    found = key(name, algorithm)
    plain = found.as_dict(private=algorithm.startswith("HS"))
    return {field: plain[field] for field in ("kty", "n", "e", "crv", "x", "y", "k") if field in plain} | more


def key_set(*keys: dict[str, Any]) -> str:
    """A JWK set."""
    return json.dumps({"keys": list(keys)})


def token(claims: dict[str, Any], algorithm: str = "ES256", name: str = "main", **header: Any) -> str:
    """A token as a well-kept library makes it; its header says `header` and the algorithm.

    `EdDSA` is made by hand: RFC 9864 gave it other names, which the library asks for and Envoy does not know.
    """
    if algorithm == "EdDSA":
        return raw(json.dumps({"alg": algorithm, **header}), json.dumps(claims), algorithm, name)
    made: str = jwt.encode({"alg": algorithm, **header}, claims, key(name, algorithm), algorithms=[algorithm])
    return made


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(header: bytes | str, body: bytes | str, algorithm: str = "ES256", name: str = "main") -> str:
    """A token of these very bytes, signed by the algorithm whatever its header says."""
    parts = [each.encode() if isinstance(each, str) else each for each in (header, body)]
    signed = ".".join(map(encoded, parts))
    return f"{signed}.{encoded(signature(signed.encode(), algorithm, name))}"


def signature(data: bytes, algorithm: str, name: str = "main") -> bytes:
    """The signature of `data`."""
    private = key(name, algorithm).private_key
    digest = _HASHES.get(algorithm[2:], SHA256)()
    if isinstance(private, rsa.RSAPrivateKey):
        if algorithm.startswith("PS"):
            return private.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        return private.sign(data, padding.PKCS1v15(), digest)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(private.sign(data, ec.ECDSA(digest)))
        size = (private.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    assert isinstance(private, ed25519.Ed25519PrivateKey)
    return private.sign(data)
