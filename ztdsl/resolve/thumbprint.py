"""What names a key and a set of keys by their content."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMED_BY: Final = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}


def thumbprint(key: Mapping[str, Any]) -> str | None:
    """The SHA-256 thumbprint of a public key (RFC 7638, RFC 8037); None for what has no public key.

    A symmetric key has none here: a digest of a secret helps to guess it.
    """
    members = _NAMED_BY.get(str(key.get("kty")))
    if members is None or any(not isinstance(key.get(name), str) for name in members):
        return None
    digest = sha256(compact({name: key[name] for name in members}).encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def compact(plain: object) -> str:
    """`plain` as JSON that depends on what it says only: sorted names, no spaces, ASCII."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
