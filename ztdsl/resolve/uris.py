"""Checks of the URIs that name issuers and their keys."""

from __future__ import annotations

import re
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from ztdsl.resolve.problems import Complaint

_NEVER_IN_URI: Final = re.compile(r'["<>\\^`{|}]')
_CREDENTIALS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*@")
_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LONGEST_KEY_URI: Final = 2048


@cache
def issuer_problem(issuer: str) -> Complaint | None:
    """What keeps `issuer` from being compared with a token's `iss` to the letter."""
    if not issuer:
        return Complaint("ZT124", "issuer is empty", ("write what its tokens carry as `iss`",))
    if _UNPRINTABLE.search(issuer):
        return Complaint("ZT124", f"issuer `{issuer}` has a space or control character", ())
    if issuer.endswith(":/"):
        return Complaint("ZT124", f"issuer `{issuer}` is not whole", ("write what its tokens carry as `iss`",))
    if "*" in issuer:
        return Complaint("ZT124", f"issuer `{issuer}` has a wildcard", ("an issuer is compared to the letter",))
    return None


@cache
def key_uri_problem(uri: str) -> Complaint | None:
    """What keeps `uri` from being an address of keys that is fetched safely."""
    if _CREDENTIALS.match(uri):  # first, so that no other message repeats them
        return Complaint("ZT124", "key URI carries credentials", ("manifests are no place for secrets",))
    if _UNPRINTABLE.search(uri) or _NEVER_IN_URI.search(uri) or not uri.isascii():
        return Complaint("ZT124", f"key URI `{uri}` has a character that no URI has", ("write it percent-encoded",))
    if len(uri) > _LONGEST_KEY_URI:
        return Complaint("ZT124", f"key URI is longer than {_LONGEST_KEY_URI} characters", ())
    if _BROKEN_ESCAPE.search(uri):
        help_ = ("write `%25` for a percent sign",)
        return Complaint("ZT124", f"key URI `{uri}` has a `%` without two hexadecimal digits", help_)
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return Complaint("ZT124", f"key URI `{uri}` is malformed", ("write `https://host/path`",))
    if parts.scheme == "http":
        secure = "https" + uri[len("http") :]
        return Complaint(
            "ZT125",
            f"key URI `{uri}` is fetched without authentication",
            (f"write `{secure}`: whoever answers in the issuer's place could sign tokens",),
        )
    if parts.scheme != "https" or not parts.hostname:
        return Complaint("ZT124", f"key URI `{uri}` is not an https URI", ("write `https://host/path`",))
    return None
