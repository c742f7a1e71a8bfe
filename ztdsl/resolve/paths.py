"""Checks of path patterns: what Istio would silently read as something else does not compile.

Sources: Istio `pilot/pkg/security/authz/matcher/{string,template}.go`, `pkg/config/security/security.go`;
Envoy's path normalization and URI template matching.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from ztdsl.resolve.problems import Complaint
from ztdsl.traffic.mesh import PathNormalization

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NEVER_SENT: Final = re.compile(r"[^\x21-\x7e]")
_REWRITTEN: Final = re.compile(r'["<>^`|\\]')
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")
_LITERAL_SEGMENT: Final = re.compile(r"[A-Za-z0-9\-._~%!$&'()+,;:@=]+")
# Where normalization can change a path at all: escapes, dot segments, doubled slashes, characters it rewrites.
_TOUCHED: Final = re.compile(r'[%\\"<>^`|]|/\.|//')
# Most paths: plain segments, and at most a star after the last slash. Every check below passes them.
_ORDINARY: Final = re.compile(r"/(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+(?:/\*)?|/")
_EVERY_PATH: Final = "leave `paths` out, or write `http=AnyRequest()`"
_MERGING: Final = frozenset({PathNormalization.MERGE_SLASHES, PathNormalization.DECODE_AND_MERGE_SLASHES})


@cache
def path_check(normalization: PathNormalization) -> Callable[[str], Complaint | None]:
    """`path_problem` for one mesh; the same function for the same normalization."""

    def check(path: str) -> Complaint | None:
        return None if _ORDINARY.fullmatch(path) else path_problem(path, normalization)

    return check


def are_ordinary(paths: Iterable[str]) -> bool:
    """Whether nothing can be wrong with any of `paths`, which are strings and no members of enumerations."""
    return all(map(_ORDINARY.fullmatch, paths))


def path_problem(path: str, normalization: PathNormalization) -> Complaint | None:
    """What keeps `path` from meaning what it says; None if it does."""
    return _shape_problem(path) or _star_problem(path) or _template_problem(path) or _never_problem(path, normalization)


def _shape_problem(path: str) -> Complaint | None:
    if not path:
        return Complaint("ZT121", "path is empty", ("write `/` for the root",))
    if "://" in path:
        return Complaint(
            "ZT121", f"path `{path}` has a scheme and a host", ("write the path alone; hosts go to `hosts=`",)
        )
    if path in {"*", "/*"}:
        return Complaint("ZT307", f"path `{path}` is every path", (_EVERY_PATH,))
    if "/:" in path:
        template = re.sub(r"/:[^/]+", "/{*}", path)
        return Complaint("ZT308", f"Istio reads the colon in `{path}` as it stands", (f"write `{template}`",))
    if path.startswith("*") and "{" not in path:
        return None
    if not path.startswith("/"):
        code = "ZT308" if "{" in path else "ZT121"
        is_regex = path.startswith(("^", "~"))
        help_ = "Istio knows no regular expressions: write the paths out" if is_regex else f"write `/{path}`"
        if path.startswith("*"):
            help_ = "a template begins with `/`, and a suffix such as `*.css` has no braces"
        return Complaint(code, f"path `{path}` does not begin with `/`", (help_,))
    return None


def _star_problem(path: str) -> Complaint | None:
    if "{" in path or "*" not in path:
        return None
    inner = path[1:-1] if path.startswith("*") else path[:-1]
    if "*" in inner or (path.startswith("*") and path.endswith("*")):
        return Complaint("ZT307", f"Istio reads a star in `{path}` as a literal character", (_star_help(path),))
    if path.endswith("*") and not path.endswith("/*"):
        stem = path[:-1]
        help_ = f"write `{stem}` and `{stem}/*` for the path and what is below it"
        if stem.endswith("/."):
            below = f"write `{stem[:-1]}*` for everything below" if stem != "/." else _EVERY_PATH
            help_ = f"{below}; Istio knows no regular expressions"
        return Complaint("ZT312", f"prefix `{path}` takes in every path that begins with `{stem}`", (help_,))
    return None


def _star_help(path: str) -> str:
    if path == "/**":
        return _EVERY_PATH
    if path.endswith("/**") and path.startswith("/") and path.count("*") == len("**"):
        return f"write `{path[:-1]}` for everything below"
    if path.startswith("/") and all(segment == "*" or "*" not in segment for segment in path.split("/")):
        return f"for one segment write `{path.replace('/*', '/{*}')}`"
    return "a star matches only at the end or at the beginning; for one whole segment write `{*}`"


def _template_problem(path: str) -> Complaint | None:
    if "{" not in path and "}" not in path:
        return None
    segments = path.removeprefix("/").removesuffix("/").split("/")
    if "{*}" not in path and "{**}" not in path:
        return Complaint(
            "ZT308",
            f"path `{path}` uses braces that Istio does not know",
            ("write `{*}` for one segment or `{**}` for any number of them",),
        )
    for segment in segments:
        if segment in {"{*}", "{**}"}:
            continue
        if "{" in segment or "}" in segment or "*" in segment:
            return Complaint(
                "ZT308",
                f"segment `{segment}` of template `{path}` is neither literal nor a whole wildcard",
                ("a wildcard is a segment of its own: `{*}` or `{**}`",),
            )
        if not segment:
            return Complaint("ZT308", f"template `{path}` has an empty segment", ("write single slashes",))
        if not _LITERAL_SEGMENT.fullmatch(segment):
            return Complaint(
                "ZT308",
                f"segment `{segment}` of template `{path}` has a character that Envoy does not take there",
                ("use letters, digits and ``-._~%!$&'()+,;:@=``",),
            )
    if "{**}" in segments and any(s in {"{*}", "{**}"} for s in segments[segments.index("{**}") + 1 :]):
        return Complaint("ZT308", f"template `{path}` has a wildcard after `{{**}}`", ("`{**}` is the last wildcard",))
    return _double_star_problem(path)


def _double_star_problem(path: str) -> Complaint | None:
    if path == "/{**}":
        return Complaint("ZT309", f"template `{path}` misses paths with a `[`", (_EVERY_PATH,))
    if path.endswith("/{**}/"):
        stem = path[: -len("/{**}/")]
        below = f"write `{stem}/*` for everything below `{stem}`" if stem else _EVERY_PATH
        return Complaint(
            "ZT309",
            f"template `{path}` matches only paths that end with a slash",
            (below if "{" not in stem else f"write `{path[:-1]}`",),
        )
    return None


@cache
def missing_stem(path: str, listed: tuple[str, ...]) -> str | None:
    """The path that a template ending in `/{**}` misses, unless it is listed beside it."""
    if not path.endswith("/{**}"):
        return None
    stem = path[: -len("/{**}")]
    return None if stem in listed else stem


def _never_problem(path: str, normalization: PathNormalization) -> Complaint | None:
    def never(reason: str, *help_: str) -> Complaint:
        return Complaint("ZT310", f"path `{path}` can never match: {reason}", help_)

    if "?" in path:
        return never("the query is not compared", f"write `{path.partition('?')[0]}`")
    if "#" in path:
        return never("a fragment is never sent", f"write `{path.partition('#')[0]}`")
    if _NEVER_SENT.search(path):
        return never("a path has no spaces, control or non-ASCII characters", "write them percent-encoded")
    if _BROKEN_ESCAPE.search(path):
        return never("a `%` is not followed by two hexadecimal digits", "write `%25` for a percent sign")
    if normalization is PathNormalization.NONE or not _TOUCHED.search(path):
        return None
    if "%00" in path:
        return never("Envoy refuses a path with an encoded NUL")
    normal = _normalized(path, normalization)
    if normal != path or _REWRITTEN.search(path):
        return never("Envoy normalizes paths before it compares them", f"write `{normal}`")
    return None


def _normalized(path: str, normalization: PathNormalization) -> str:
    if normalization is PathNormalization.DECODE_AND_MERGE_SLASHES:
        path = re.sub(r"%2[fF]|%5[cC]", "/", path)
    path = _ESCAPE.sub(_decoded, path.replace("\\", "/"))
    path = re.sub(r'["<>^`|]', lambda match: f"%{ord(match.group()):02X}", path)
    kept: list[str] = []
    segments = path.split("/")
    for index, segment in enumerate(segments):
        is_last = index == len(segments) - 1
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
        if is_last and segment in {".", ".."}:
            kept.append("")
    path = "/".join(kept)
    return re.sub(r"/{2,}", "/", path) if normalization in _MERGING else path


def _decoded(match: re.Match[str]) -> str:
    character = chr(int(match.group(1), 16))
    return character if _UNRESERVED.fullmatch(character) else match.group()


@cache
def near_miss(path: str, listed: tuple[str, ...]) -> str | None:
    """A neighbour that a denied or excepted path leaves open although it is usually the same resource."""
    stem = path.removesuffix("/*").rstrip("/")
    if path == "/" or path.endswith("/{**}") or f"{stem}/{{**}}" in listed:
        return None
    if "/{**}/" in path:
        neighbour = path.replace("/{**}/", "/")
    elif path.endswith("/*"):
        neighbour = stem
    elif "{" in path or path.startswith("*/"):
        neighbour = stem if path.endswith("/") else f"{path}/"
    elif path.startswith("*"):
        return None
    else:
        neighbour = f"{stem}/*"
    return neighbour if neighbour and neighbour not in listed else None


def is_evadable(normalization: PathNormalization) -> bool:
    """Whether spellings of one path that applications often fold stay different to Istio."""
    return normalization is not PathNormalization.DECODE_AND_MERGE_SLASHES
