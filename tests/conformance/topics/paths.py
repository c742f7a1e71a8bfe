"""Paths: patterns, templates, and what a proxy makes of a path before it compares it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.topics.shape import Topic, allow, deny, get, operation

PLAIN = (
    "/",
    "/foo",
    "/foo/",
    "/foo/x",
    "/foo/x/y",
    "/foobar",
    "/fo",
    "/FOO",
    "//foo",
    "/foo?x=1",
    "/foo?",
    "/foo#frag",
    "/foo;a=b",
    "/%66oo",
    "/a/../foo",
    "/x/bar",
    "/x/bar?y=/z",
    "/a*b",
    "/axb",
    "/bar",
    "/x/y",
    "/foo%2Fx",
    "/foo/%20",
)
PATTERNS = (
    "/foo",
    "/foo*",
    "/foo/*",
    "*/bar",
    "*",
    "/a*b",
    "*foo*",
    "/foo?x=1",
    "/FOO",
    "foo",
    "/foo/",
    "/",
    "/*",
    "*/",
    "/%66oo",
    "/foo#frag",
    "//foo",
)
TEMPLATES = (
    "/a/{*}",
    "/a/{**}",
    "/a/{*}/b",
    "/a/{*}/",
    "/a/{**}/",
    "/a/{**}/z",
    "/{*}/{*}",
    "/{**}",
    "/{*}/z/{**}",
    "/a%20b/{*}",
    "/{**}/z",
)
SEGMENTS = (
    "/",
    "/a",
    "/a/",
    "/a//",
    "/a/x",
    "/a/x/",
    "/a/x/y",
    "/a/x/b",
    "/a/b/b",
    "/a/x/y/b",
    "/a/z",
    "/a//z",
    "/a/x/z",
    "/a/x/y/z",
    "/a/x/z/",
    "/A/x",
    "/a/x?q=/b",
    "/a/x.txt",
    "/a/%20",
    "/a/[x]",
    "/a/x~-._!$&'()*+,;:@=",
    '/a/"x"',
    "/a/x|y",
    "/a/{x}",
    "/a/x^y",
    "/a/x`y",
    "/a/<x>",
    "/a/x\\y",
    "/a%20b/c",
    "/q/z/r/s",
    "/z",
)
ODD = (
    "/a/b",
    "/a//b",
    "//a/b",
    "/a/b/",
    "/a/./b",
    "/a/../b",
    "/a/x/../b",
    "/a/%2e/b",
    "/a/%2e%2e/a/b",
    "/x/%2E%2E/a/b",
    "/a\\b",
    "/a/\\b",
    "/a%2fb",
    "/a%2Fb",
    "/a%5cb",
    "/a%5Cb",
    "/a%252fb",
    "/%61/b",
    "/a/%62",
    "/A/b",
    "/a/b/..",
    "/a/b/.",
    "/../a/b",
    "/../../a/b",
    "/p//../a/b",
    "/p/..;x/a/b",
    "/p/.;/q",
    "/a/.;/b",
    "/a;x/b",
    "/a/b;x",
    "/p/%2e%2e;/a/b",
    "/a/...",
    "/a/%00b",
    "/a/%7e",
    "/a/~",
    "/a/<b>",
    "/a/b?../c",
    "/a/b#/../c",
    "/a///b",
    "/a/%2f/b",
    "/a/..%2fa/b",
)
MODES = ("none", "base", "merge-slashes", "decode-and-merge-slashes")


def topics() -> Iterator[Topic]:
    """Patterns one by one, the same negated, templates, modes of normalization."""
    plain = [get(path) for path in PLAIN]
    for pattern in PATTERNS:
        yield Topic(f"paths/allow {pattern}", [allow(operation(paths=[pattern]))], plain)
    for pattern in ("/foo", "/foo*", "*/bar", "*"):
        yield Topic(f"paths/deny {pattern}", [deny(operation(paths=[pattern]))], plain)
        yield Topic(f"paths/allow all but {pattern}", [allow(operation(notPaths=[pattern]))], plain)
    yield Topic("paths/deny all but two", [deny(operation(notPaths=["/foo", "/x*"]))], plain)
    yield Topic("paths/some but not all", [allow(operation(paths=["/foo*"], notPaths=["/foo/x*"]))], plain)
    segments = [get(path) for path in SEGMENTS]
    for template in TEMPLATES:
        yield Topic(f"paths/template {template}", [allow(operation(paths=[template]))], segments)
    yield Topic("paths/all but a template", [allow(operation(notPaths=["/a/{*}"]))], segments)
    yield Topic("paths/template and pattern", [deny(operation(paths=["/a/{*}", "/q*"]))], segments)
    odd = [get(path) for path in ODD]
    over = [request | {"over": "h2"} for request in odd]
    yield Topic("paths/h2 exact", [allow(operation(paths=["/a/b"]))], over)
    yield Topic("paths/h2 template", [allow(operation(paths=["/a/{*}"]))], over)
    for mode in MODES:
        mesh = {"path_normalization": mode}
        yield Topic(f"paths/{mode} exact", [allow(operation(paths=["/a/b"]))], odd, mesh)
        yield Topic(f"paths/{mode} template", [allow(operation(paths=["/a/{*}"]))], odd, mesh)
        yield Topic(f"paths/{mode} deny prefix", [deny(operation(paths=["/a/*", "/b"]))], odd, mesh)
