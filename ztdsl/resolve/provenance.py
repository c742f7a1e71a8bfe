"""Where the keys of a file came from, as `ztc keys vendor` writes it beside them.

It stands in the set under a name of its own, which other readers pass over (RFC 7517, section 5), and never reaches a
manifest.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ztdsl.quick import dataclass
from ztdsl.resolve.thumbprint import compact, thumbprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEMBER: Final = "vendored"
SCHEMA: Final = "ztdsl/vendored-keys/v1"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is said of the keys in a file.

    Attributes:
        issuer: whose keys they are.
        source: where they came from.
        fetched: the day on which they came.
        expires: the last day on which they are to be used.
        thumbprints: the keys' SHA-256 thumbprints (RFC 7638), in their order.
        sha256: the digest of the set as compact JSON with sorted names.
    """

    issuer: str
    source: str
    fetched: date
    expires: date
    thumbprints: tuple[str, ...]
    sha256: str

    def contradiction(self, keys: Sequence[Mapping[str, Any]], issuer: str) -> str | None:
        """What the file says of its keys and is not so; None if all is."""
        if self.sha256 != digest(keys) or self.thumbprints != tuple(thumbprint(key) or "" for key in keys):
            return "holds other keys than those that were vendored"
        if self.issuer != issuer:
            return f"holds the keys of `{self.issuer}`"
        return None

    def data(self) -> dict[str, Any]:
        """It as it stands in the file."""
        return {
            "schema": SCHEMA,
            "issuer": self.issuer,
            "source": self.source,
            "fetched": self.fetched.isoformat(),
            "expires": self.expires.isoformat(),
            "thumbprints": list(self.thumbprints),
            "sha256": self.sha256,
        }


def provenance(plain: object) -> Provenance | None:
    """What `plain`, the member of a file, says; None where it is not what `ztc keys vendor` writes."""
    if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
        return None
    words = [plain.get(name) for name in ("issuer", "source", "fetched", "expires", "sha256")]
    thumbprints = plain.get("thumbprints")
    if not all(isinstance(word, str) for word in words) or not isinstance(thumbprints, list):
        return None
    issuer, source, fetched, expires, sha = map(str, words)
    try:
        return Provenance(
            issuer, source, date.fromisoformat(fetched), date.fromisoformat(expires), tuple(map(str, thumbprints)), sha
        )
    except ValueError:
        return None


def digest(keys: Sequence[Mapping[str, Any]]) -> str:
    """The SHA-256 of the set that `keys` make, in hexadecimal digits."""
    return sha256(compact({"keys": list(keys)}).encode()).hexdigest()
