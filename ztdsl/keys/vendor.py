"""A file of an issuer's public keys, with where they came from and until when they are to be used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ztdsl.keys.read import members, read
from ztdsl.resolve.provenance import MEMBER, Provenance, digest
from ztdsl.resolve.thumbprint import thumbprint

if TYPE_CHECKING:
    from datetime import date


class NotForAPolicyError(Exception):
    """Keys that no policy should carry; the message says which and why."""


def vendored(text: str, *, issuer: str, source: str, fetched: date, expires: date) -> str:
    """The file with the keys of the set in `text`.

    Raises:
        NotAKeySetError: it is no JWK set.
        NotForAPolicyError: a key in it is private, symmetric, or none that a proxy can use.
    """
    for key in read(text).keys:
        if key.is_secret:
            message = f"{key.name} is private or symmetric"
            raise NotForAPolicyError(message)
        if key.fault is not None or key.thumbprint is None:
            message = f"{key.name} is of no use: {key.fault or 'it has no public part'}"
            raise NotForAPolicyError(message)
    keys = [dict(key) for key in members(text)]
    said = Provenance(issuer, source, fetched, expires, tuple(thumbprint(key) or "" for key in keys), digest(keys))
    return json.dumps({"keys": keys, MEMBER: said.data()}, indent=2, sort_keys=True) + "\n"
