"""Base64url as Envoy reads it, which is more than RFC 7515 allows.

Source: Abseil `absl/strings/escaping.cc` (`WebSafeBase64Unescape`): white space anywhere, padding or none, and bits
left over at the end do not matter.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from typing import Final, NamedTuple

_SPACE: Final = re.compile(r"[ \t\n\v\f\r]+")
_DIGITS: Final = re.compile(r"[A-Za-z0-9_-]*")
_GROUP: Final = 4
_PADDING: Final = {0: 0, 2: 2, 3: 1}
_SPARE_BITS: Final = {2: 4, 3: 2}
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Decoded(NamedTuple):
    """The bytes of a part, and what about it RFC 7515, section 2, does not allow: space, padding or spare bits."""

    data: bytes
    liberties: tuple[str, ...]


def decode(text: str) -> Decoded | None:
    """The bytes that `text` encodes; None where Envoy takes it for no base64url."""
    compact = _SPACE.sub("", text)
    digits = compact.rstrip("=")
    padding = len(compact) - len(digits)
    rest = len(digits) % _GROUP
    if not _DIGITS.fullmatch(digits) or rest not in _PADDING or padding not in {0, _PADDING[rest]}:
        return None
    liberties = []
    if len(compact) != len(text):
        liberties.append("has white space in it")
    if padding:
        liberties.append("is padded with `=`")
    spare = _SPARE_BITS.get(rest, 0)
    if spare and _ALPHABET.index(digits[-1]) & ((1 << spare) - 1):
        liberties.append("has bits after its last byte")
    return Decoded(urlsafe_b64decode(digits + "=" * _PADDING[rest]), tuple(liberties))
