"""A JWK set, each key with what a proxy makes of it. The parts of keys are never kept beyond that.

Sources: RFC 7517; RFC 7518, section 6; Envoy `source/common/jwt/jwks.cc`, by way of `ztdsl.token.key_set`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.quick import dataclass
from ztdsl.resolve.thumbprint import compact, thumbprint
from ztdsl.token.base64url import decode
from ztdsl.token.key_set import NoKeySetError, read_key_set
from ztdsl.token.protobuf_json import NotReadError, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth")
"""What only the holder of a private key knows (RFC 7518, sections 6.2.2 and 6.3.2)."""
_PEM: Final = "-----BEGIN "


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a set.

    Attributes:
        number: its place in the set, from 1.
        kind: its `kty`; empty where it has none.
        kid: its name; empty where it has none.
        alg: the only algorithm that it is for; empty where it does not say one.
        form: its size or its curve in words; empty where it has neither.
        bits: the size of the modulus of an RSA key; None for others.
        exponent: the public exponent of an RSA key; None for others.
        use: what it is for, if it says so.
        operations: the operations that it is for, if it says so.
        private: the names of its private members.
        thumbprint: its SHA-256 thumbprint; None for what is no public key.
        fault: why Envoy passes it over; None for a key that Envoy can use.
    """

    number: int
    kind: str
    kid: str
    alg: str
    form: str
    bits: int | None
    exponent: int | None
    use: str | None
    operations: tuple[str, ...] | None
    private: tuple[str, ...]
    thumbprint: str | None
    fault: str | None

    @property
    def is_symmetric(self) -> bool:
        """Whether who can verify with it can sign with it, too."""
        return self.kind == "oct"

    @property
    def is_secret(self) -> bool:
        """Whether who reads the set can sign tokens."""
        return bool(self.private) or self.is_symmetric

    @property
    def name(self) -> str:
        """How reports call it."""
        return f"key {self.number}" + (f" `{self.kid}`" if self.kid else "")


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of a set in its order, and how large its text is."""

    keys: tuple[Key, ...]
    size: int

    @property
    def usable(self) -> tuple[Key, ...]:
        """The keys that a proxy verifies tokens with."""
        return tuple(key for key in self.keys if key.fault is None)


class NotAKeySetError(Exception):
    """A text is no set of keys; the message says why and holds nothing of it."""


def read(text: str) -> KeySet:
    """The keys in `text`.

    Raises:
        NotAKeySetError: it is no JWK set.
    """
    return KeySet(tuple(_key(number, plain) for number, plain in enumerate(members(text), 1)), len(text.encode()))


def members(text: str) -> tuple[Mapping[str, Any], ...]:
    """The keys in `text` as they stand there.

    Raises:
        NotAKeySetError: it is no JWK set.
    """
    if text.lstrip().startswith(_PEM):
        message = "it is PEM, not a JWK set: convert the public key to a JWK"
        raise NotAKeySetError(message)
    try:
        document, liberties = read_object(text.encode(errors="surrogatepass"))
    except NotReadError as error:
        message = f"it is not JSON: {error}"
        raise NotAKeySetError(message) from None
    if liberties:
        message = f"it is not JSON: {liberties[0]}"
        raise NotAKeySetError(message)
    keys = document.get("keys")
    if "kty" in document and keys is None:
        message = 'it is a single key: write `{"keys": [...]}` around it'
        raise NotAKeySetError(message)
    if not isinstance(keys, list):
        message = "it has no list `keys`" if keys is None else "`keys` is not a list"
        raise NotAKeySetError(message)
    if not keys:
        message = "it has no keys"
        raise NotAKeySetError(message)
    for number, key in enumerate(keys, 1):
        if not isinstance(key, dict):
            message = f"its key {number} is not an object"
            raise NotAKeySetError(message)
    return tuple(keys)


def _key(number: int, plain: Mapping[str, Any]) -> Key:
    kind = _text(plain, "kty")
    bits = _number(plain, "n").bit_length() if kind == "RSA" else None
    operations = plain.get("key_ops")
    return Key(
        number,
        kind,
        _text(plain, "kid"),
        _text(plain, "alg"),
        f"{bits} bits" if bits is not None else _text(plain, "crv"),
        bits,
        _number(plain, "e") if kind == "RSA" else None,
        _text(plain, "use") or None,
        tuple(map(str, operations)) if isinstance(operations, list) else None,
        tuple(name for name in _PRIVATE if name in plain and kind != "oct"),
        thumbprint(plain),
        _fault(plain),
    )


def _fault(plain: Mapping[str, Any]) -> str | None:
    """Why Envoy passes the key over; None if it does not."""
    try:
        found = read_key_set(compact({"keys": [plain]}))
    except NoKeySetError as error:
        return str(error)
    return None if found.keys else found.unusable[0].removeprefix("key 1: ")


def _text(plain: Mapping[str, Any], name: str) -> str:
    value = plain.get(name)
    return value if isinstance(value, str) else ""


def _number(plain: Mapping[str, Any], name: str) -> int:
    decoded = decode(_text(plain, name))
    return 0 if decoded is None else int.from_bytes(decoded.data, "big")
