"""Issuers and audiences that are almost the declared ones: what differs, in words.

A proxy compares issuers byte for byte (RFC 7519, section 4.1.1: a case-sensitive string).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

_PORTS: Final = {"https": 443, "http": 80}


def difference(found: str, declared: str) -> str | None:
    """The one thing in which an issuer differs from the declared one; None where they are no neighbours."""
    if found == declared:
        return None
    if found.strip() == declared:
        return "the token's has white space around it"
    if found + "/" == declared:
        return "the token's lacks the slash at the end"
    if found == declared + "/":
        return "the token's has a slash at the end that is not declared"
    if found.casefold() == declared.casefold():
        return "upper and lower case differ"
    return _of_urls(_split(found), _split(declared), found, declared)


def nearest(found: str, declared: Iterable[str]) -> tuple[str, str] | None:
    """The declared issuer that `found` was probably meant to be, and what differs."""
    for each in declared:
        why = difference(found, each)
        if why is not None:
            return each, why
    return None


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # the one part that is read late
    except ValueError:
        return None
    return parts


def _of_urls(found: SplitResult | None, declared: SplitResult | None, left: str, right: str) -> str | None:
    if found is None or declared is None or not found.hostname:
        is_bare = declared is not None and left.rstrip("/") == right.partition("://")[2].rstrip("/")
        return "the token's has no scheme" if is_bare else None
    if not declared.hostname:
        return "the declared one has no scheme" if left.partition("://")[2].rstrip("/") == right.rstrip("/") else None
    if found.hostname != declared.hostname:
        return None
    is_same_path = found.path.rstrip("/") == declared.path.rstrip("/")
    if is_same_path and found.scheme != declared.scheme and found.port == declared.port:
        return f"the schemes differ: `{found.scheme}` in the token, `{declared.scheme}` declared"
    if is_same_path and found.port != declared.port:
        return "the ports differ" if _port(found) != _port(declared) else "one of them names the default port"
    return "the host is the same and the path differs" if not is_same_path else None


def _port(url: SplitResult) -> int | None:
    return url.port or _PORTS.get(url.scheme)
