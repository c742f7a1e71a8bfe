"""Tokens of the lab: real signatures by keys that are the same in every run, so that recorded manifests stay the same.

The keys protect nothing: whoever reads this file can make them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import time
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

_EXPONENT: Final = 65537
_HOUR: Final = 3600
_TRIALS: Final = 24


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _number(value: int, size: int) -> str:
    return _encoded(value.to_bytes(size, "big"))


def _is_prime(candidate: int, dice: random.Random) -> bool:
    """Miller and Rabin's test."""
    if any(candidate % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)):
        return False
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(_TRIALS):
        power = pow(dice.randrange(2, candidate - 1), odd, candidate)
        if power in {1, candidate - 1}:
            continue
        for _ in range(twos - 1):
            power = pow(power, 2, candidate)
            if power == candidate - 1:
                break
        else:
            return False
    return True


def _prime(dice: random.Random) -> int:
    while True:
        candidate = dice.getrandbits(1024) | (3 << 1022) | 1
        if (candidate - 1) % _EXPONENT and _is_prime(candidate, dice):
            return candidate


@cache
def _rsa_key(seed: str) -> rsa.RSAPrivateKey:
    dice = random.Random(seed)  # noqa: S311 - the same in every run on purpose
    p, q = _prime(dice), _prime(dice)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(_EXPONENT, p * q),
    ).private_key()


@cache
def _curve_key(seed: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") >> 1, ec.SECP256R1())


@cache
def key_set() -> str:
    """The public keys as a JWK set: one RS256, one ES256."""
    rs = _rsa_key("lab").public_key().public_numbers()
    es = _curve_key("lab").public_key().public_numbers()
    keys = [
        {"kty": "RSA", "kid": "rs", "alg": "RS256", "use": "sig", "n": _number(rs.n, 256), "e": _number(rs.e, 3)},
        {"kty": "EC", "kid": "es", "alg": "ES256", "crv": "P-256", "x": _number(es.x, 32), "y": _number(es.y, 32)},
    ]
    return json.dumps({"keys": keys}, separators=(",", ":"))


def _signed(claims: Mapping[str, Any], algorithm: str, seed: str = "lab") -> str:
    kid = {"RS256": "rs", "ES256": "es"}.get(algorithm, "rs")
    payload = _encoded(_json({"alg": algorithm, "kid": kid, "typ": "JWT"})) + "." + _encoded(_json(claims))
    return payload + "." + _encoded(_signature(payload.encode(), algorithm, seed))


def _signature(payload: bytes, algorithm: str, seed: str) -> bytes:
    match algorithm:
        case "RS256":
            return _rsa_key(seed).sign(payload, padding.PKCS1v15(), hashes.SHA256())
        case "ES256":
            r, s = utils.decode_dss_signature(_curve_key(seed).sign(payload, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        case "HS256":
            return hmac.digest(key_set().encode(), payload, "sha256")
        case _:
            return b""


def valid(claims: Mapping[str, Any]) -> str:
    """A token of these claims that verifies; which of the two algorithms signs it follows from the claims."""
    return _signed(claims, "RS256" if zlib.crc32(_json(claims)) % 2 else "ES256")


def other_key_set(*names: str) -> str:
    """A JWK set of ES256 keys, one for each name, which is its `kid`; `signed_by` signs with them."""
    keys = []
    for name in names:
        point = _curve_key(name).public_key().public_numbers()
        place = {"x": _number(point.x, 32), "y": _number(point.y, 32)}
        keys.append({"kty": "EC", "kid": name, "alg": "ES256", "crv": "P-256", **place})
    return json.dumps({"keys": keys}, separators=(",", ":"))


def signed_by(name: str, claims: Mapping[str, Any]) -> str:
    """A token of these claims that verifies with the key of that name in `other_key_set`."""
    payload = _encoded(_json({"alg": "ES256", "kid": name, "typ": "JWT"})) + "." + _encoded(_json(claims))
    return payload + "." + _encoded(_signature(payload.encode(), "ES256", name))


def invalid(why: str, accepted: Mapping[str, Any]) -> str:
    """A token whose only fault is the one that `why` names; its issuer and audiences are those of `accepted`.

    Raises:
        ValueError: no such fault is known.
    """
    now = int(time.time())
    claims: dict[str, Any] = {**accepted, "sub": "somebody", "exp": now + _HOUR}
    match why:
        case "expired":
            return _signed(claims | {"exp": now - _HOUR}, "ES256")
        case "not valid yet":
            return _signed(claims | {"nbf": now + _HOUR}, "RS256")
        case "signed by an unknown key":
            return _signed(claims, "RS256", seed="stranger")
        case "changed after signing":
            head, body, signature = _signed(claims, "ES256").split(".")
            forged = _encoded(_json(claims | {"sub": "admin"}))
            return f"{head}.{forged}.{signature}" if forged != body else body
        case "alg none":
            return _signed(claims, "none")
        case "HS256 with the public key":
            return _signed(claims, "HS256")
        case "not a token":
            return "not-a-token"
        case _:
            message = f"no way to make a token that is {why}"
            raise ValueError(message)
