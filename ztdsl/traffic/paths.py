"""Paths as policies see them: what Envoy makes of a path before it is matched, and the templates of paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.traffic.mesh import PathNormalization

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ENCODED: Final = str.maketrans({char: f"%{ord(char):02X}" for char in '"<>^`{|}'})
_SLASHES: Final = re.compile("//+")
_ESCAPED_SLASH: Final = re.compile("%(?:2[Ff]|5[Cc])")
_PARAMETERS_ON_DOTS: Final = re.compile(r"[/\\]\.\.?;")
_UNREADABLE: Final = re.compile(r"[^\x21-\x7e]")

CHANGING: Final = re.compile(r"[^A-Za-z0-9/_~!$&'()*+,;=:@\-]")
"""What may make a path change; dots do where they are a whole segment."""

_ONE: Final = "{*}"
_ANY: Final = "{**}"
_WILD: Final = r"A-Za-z0-9\-._~%!$&'()*+,;:@="
"""The characters that a wildcard of a template stands for (Envoy `uri_template_lib`)."""


class MalformedPathError(ValueError):
    """Envoy answers 400 to this path before any policy."""


class UnclearPathError(ValueError):
    """What Envoy makes of this path depends on its version or on the protocol; the message says why."""


def without_fragment(path: str) -> str:
    """The path up to the first `#`: Istio's bootstrap has Envoy cut the fragment off instead of refusing it."""
    return path.partition("#")[0]


def normalize(path: str, mode: PathNormalization) -> str:
    """What policies and the workload see of `path`, its query kept as it is.

    Slashes are decoded first, where the mode says so, then dot segments are resolved, then runs of slashes are merged.
    Source: Envoy `path_utility.cc` and googleurl's canonical form of paths, which Istio turns on as
    `meshConfig.pathNormalization` says.

    Raises:
        MalformedPathError: the path has an escaped NUL, and is normalized at all.
        UnclearPathError: the result differs between versions of Envoy or is not known.
    """
    whole, mark, query = without_fragment(path).partition("?")
    if _UNREADABLE.search(whole):
        msg = "the path has characters that are not printable ASCII"
        raise UnclearPathError(msg)
    if mode is PathNormalization.NONE:
        return whole + mark + query
    if mode is PathNormalization.DECODE_AND_MERGE_SLASHES:
        whole = _ESCAPED_SLASH.sub(lambda found: "/" if found[0][1] == "2" else "\\", whole)
    whole = _canonical(whole)
    if mode is not PathNormalization.BASE:
        whole = _SLASHES.sub("/", whole)
    return whole + mark + query


def matched_path(path: str, mode: PathNormalization) -> str:
    """The normalized path without its query, which the field `paths` is compared with; quick where nothing changes.

    Raises:
        MalformedPathError: as `normalize` does.
        UnclearPathError: likewise.
    """
    whole = path.partition("?")[0]
    if CHANGING.search(whole) is None and "//" not in whole:
        return whole
    return without_query(normalize(path, mode))


def _canonical(path: str) -> str:
    """The path without dot segments, with unreserved characters decoded and characters that no URL holds encoded."""
    if "%00" in path:
        msg = "the path has an escaped NUL"
        raise MalformedPathError(msg)
    if _PARAMETERS_ON_DOTS.search(path):
        msg = "versions of Envoy differ on dot segments that carry parameters, such as `/..;`"
        raise UnclearPathError(msg)
    decoded = _ESCAPE.sub(_decoded, path).translate(_ENCODED).replace("\\", "/")
    return _without_dots(decoded) if "/." in decoded else decoded


def _decoded(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else found[0]


def _without_dots(path: str) -> str:
    """`path` with `.` and `..` resolved (RFC 3986, section 5.2.4); an empty segment is a segment like any other."""
    first, *segments = path.split("/")
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join([first, *kept])


def without_query(path: str) -> str:
    """The part of the path that the field `paths` is compared with."""
    return path.partition("?")[0]


def is_template(pattern: str) -> bool:
    """Whether a value of `paths` is a template, which Istio decides by the wildcards in braces alone."""
    return _ONE in pattern or _ANY in pattern


def template(pattern: str) -> Callable[[str], bool]:
    """A predicate: whether a path without its query has the form of the template.

    `{*}` is one segment that is not empty, `{**}` any characters of a path, slashes among them; all else is literal.
    Source: Envoy `uri_template` (RE2, matched against the whole path).
    """
    parts = re.split(r"(\{\*\*\}|\{\*\})", pattern)
    wild = {_ONE: f"[{_WILD}]+", _ANY: f"[{_WILD}/]*"}
    matches = re.compile("".join(wild.get(part) or re.escape(part) for part in parts)).fullmatch
    return lambda path: matches(path) is not None
