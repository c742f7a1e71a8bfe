"""A JWK set as Envoy takes it: keys that it cannot use are passed over, and `use` and `key_ops` do not matter.

Sources: Envoy `source/common/jwt/jwks.cc`; RFC 7517; RFC 7518, section 6; RFC 8037.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.x509 import load_pem_x509_certificate

from ztdsl.token.base64url import decode
from ztdsl.token.protobuf_json import NotReadError, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

Material: TypeAlias = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey | bytes
"""What verifies; bytes are the secret of a symmetric key."""

_CURVES: Final = {
    "P-256": ("ES256", SECP256R1()),
    "P-384": ("ES384", SECP384R1()),
    "P-521": ("ES512", SECP521R1()),
}
_CURVE_OF: Final = {alg: curve for curve, (alg, _) in _CURVES.items()}
_EXPONENTS: Final = frozenset({3, 65537})
_HMAC: Final = frozenset({"HS256", "HS384", "HS512"})
_BEGIN, _END = "-----BEGIN CERTIFICATE-----\n", "\n-----END CERTIFICATE-----\n"


class Key(NamedTuple):
    """A key that Envoy can use; `kid` and `alg` are empty where the set does not say them."""

    kid: str
    alg: str
    material: Material

    @property
    def kind(self) -> str:
        """The key's kind in the words of `kty`."""
        if isinstance(self.material, bytes):
            return "oct"
        if isinstance(self.material, RSAPublicKey):
            return "RSA"
        return "EC" if isinstance(self.material, EllipticCurvePublicKey) else "OKP"


class KeySet(NamedTuple):
    """The keys of a set in its order.

    Attributes:
        keys: those that Envoy can use.
        unusable: why others are passed over, a phrase each.
    """

    keys: tuple[Key, ...]
    unusable: tuple[str, ...] = ()


class NoKeySetError(Exception):
    """A text is no JWK set; the message says why."""


class _UnusableError(Exception):
    """Envoy passes a key over; the message says why."""


def read_key_set(text: str) -> KeySet:
    """The keys in `text`.

    Raises:
        NoKeySetError: it is no JWK set.
    """
    try:
        members, _ = read_object(text.encode())
    except NotReadError as error:
        message = f"it is not JSON: {error}"
        raise NoKeySetError(message) from None
    keys: list[Key] = []
    unusable: list[str] = []
    given = members.get("keys")
    if "keys" not in members and members and all(map(_is_certificate, members.values())):
        given = [{"kty": "X.509", "kid": kid, "certificate": pem} for kid, pem in members.items()]
    if not isinstance(given, list):
        message = "it has no list `keys`" if given is None else "`keys` is not a list"
        raise NoKeySetError(message)
    for number, each in enumerate(given, 1):
        if isinstance(each, dict):
            try:
                keys.append(_key(each))
            except _UnusableError as error:
                unusable.append(f"key {number}: {error}")
    return KeySet(tuple(keys), tuple(unusable))


def _pass_over(why: str) -> NoReturn:
    raise _UnusableError(why) from None


def _is_certificate(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_BEGIN) and value.endswith(_END)


def _key(plain: Mapping[str, Any]) -> Key:
    kind = plain.get("kty")
    kid, alg = (value if isinstance(value := plain.get(name), str) else "" for name in ("kid", "alg"))
    if kind == "RSA":
        return Key(kid, alg, _rsa(plain, alg))
    if kind == "EC":
        return Key(kid, alg, _curve(plain, alg))
    if kind == "OKP":
        return Key(kid, alg, _edwards(plain, alg))
    if kind == "oct":
        if alg and alg not in _HMAC:
            _pass_over("its `alg` does not fit a symmetric key")
        return Key(kid, alg, _bytes(plain, "k"))
    if kind == "X.509":
        return Key(kid, alg, _certified(plain["certificate"]))
    _pass_over("it has no `kty`" if kind is None else "its `kty` is none that Envoy knows")


def _bytes(plain: Mapping[str, Any], name: str) -> bytes:
    value = plain.get(name)
    decoded = decode(value) if isinstance(value, str) else None
    if decoded is None or not decoded.data:
        _pass_over(f"its `{name}` is missing or not base64url")
    return decoded.data


def _number(plain: Mapping[str, Any], name: str) -> int:
    return int.from_bytes(_bytes(plain, name), "big")


def _rsa(plain: Mapping[str, Any], alg: str) -> RSAPublicKey:
    if alg and not alg.startswith(("RS", "PS")):
        _pass_over("its `alg` does not fit an RSA key")
    modulus, exponent = _number(plain, "n"), _number(plain, "e")
    if exponent not in _EXPONENTS:
        _pass_over("its exponent is neither 3 nor 65537")
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        _pass_over("its modulus is no modulus of RSA")


def _curve(plain: Mapping[str, Any], alg: str) -> EllipticCurvePublicKey:
    if alg and not alg.startswith("ES"):
        _pass_over("its `alg` does not fit a key on a curve")
    name = plain.get("crv", "")
    if not isinstance(name, str):
        _pass_over("its `crv` is not a string")
    name = name or (_CURVE_OF.get(alg, "") if alg else "P-256")
    if name not in _CURVES or (alg and alg != _CURVES[name][0]):
        _pass_over("its curve is none that Envoy knows, or does not fit its `alg`")
    try:
        return EllipticCurvePublicNumbers(_number(plain, "x"), _number(plain, "y"), _CURVES[name][1]).public_key()
    except ValueError:
        _pass_over("its point is not on its curve")


def _edwards(plain: Mapping[str, Any], alg: str) -> Ed25519PublicKey:
    if alg not in {"", "EdDSA"}:
        _pass_over("its `alg` does not fit an Edwards key")
    if plain.get("crv") != "Ed25519":
        _pass_over("its curve is not Ed25519")
    try:
        return Ed25519PublicKey.from_public_bytes(_bytes(plain, "x"))
    except ValueError:
        _pass_over("its `x` has another length than a key's")


def _certified(pem: str) -> RSAPublicKey:
    try:
        key = load_pem_x509_certificate(pem.encode()).public_key()
    except ValueError:
        _pass_over("its certificate cannot be read")
    if not isinstance(key, RSAPublicKey):
        _pass_over("its certificate's key is no RSA key")
    return key
