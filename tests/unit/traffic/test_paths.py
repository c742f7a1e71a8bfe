from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.traffic.mesh import PathNormalization
from ztdsl.traffic.paths import (
    MalformedPathError,
    UnclearPathError,
    is_template,
    matched_path,
    normalize,
    template,
    without_query,
)

NONE, BASE, MERGE, DECODE = PathNormalization

NORMALIZED: Final = [
    # what came, NONE, BASE, MERGE_SLASHES, DECODE_AND_MERGE_SLASHES
    ("/a", "/a", "/a", "/a", "/a"),
    ("/x/../a", "/x/../a", "/a", "/a", "/a"),
    ("/x/%2e%2e/a/b", "/x/%2e%2e/a/b", "/a/b", "/a/b", "/a/b"),
    ("/a/./b", "/a/./b", "/a/b", "/a/b", "/a/b"),
    ("/%66oo", "/%66oo", "/foo", "/foo", "/foo"),
    ("/%7e%41", "/%7e%41", "/~A", "/~A", "/~A"),
    ("/a\\b", "/a\\b", "/a/b", "/a/b", "/a/b"),
    ("/a//b", "/a//b", "/a//b", "/a/b", "/a/b"),
    ("/a%2fb", "/a%2fb", "/a%2fb", "/a%2fb", "/a/b"),
    ("/a%5Cb", "/a%5Cb", "/a%5Cb", "/a%5Cb", "/a/b"),
    ("/a%2F..%2Fb", "/a%2F..%2Fb", "/a%2F..%2Fb", "/a%2F..%2Fb", "/b"),
    ("/a%20b%2c", "/a%20b%2c", "/a%20b%2c", "/a%20b%2c", "/a%20b%2c"),
    ("/%252e%252e/a", "/%252e%252e/a", "/%252e%252e/a", "/%252e%252e/a", "/%252e%252e/a"),
    (
        '/"<>^`{|}[]',
        '/"<>^`{|}[]',
        "/%22%3C%3E%5E%60%7B%7C%7D[]",
        "/%22%3C%3E%5E%60%7B%7C%7D[]",
        "/%22%3C%3E%5E%60%7B%7C%7D[]",
    ),
    ("/p//../q", "/p//../q", "/p/q", "/p/q", "/p/q"),
    ("/../a", "/../a", "/a", "/a", "/a"),
    ("/p/.", "/p/.", "/p/", "/p/", "/p/"),
    ("/p/..", "/p/..", "/", "/", "/"),
    ("/p/.../q", "/p/.../q", "/p/.../q", "/p/.../q", "/p/.../q"),
    ("/p/.q", "/p/.q", "/p/.q", "/p/.q", "/p/.q"),
    ("/p;x/q", "/p;x/q", "/p;x/q", "/p;x/q", "/p;x/q"),
    ("/p/%2e%2e;/q", "/p/%2e%2e;/q", "/p/..;/q", "/p/..;/q", "/p/..;/q"),
    ("/a?x=/../b//c", "/a?x=/../b//c", "/a?x=/../b//c", "/a?x=/../b//c", "/a?x=/../b//c"),
    ("/a#b?c", "/a", "/a", "/a", "/a"),
    ("/foo/", "/foo/", "/foo/", "/foo/", "/foo/"),
]


@pytest.mark.parametrize(("path", "none", "base", "merged", "decoded"), NORMALIZED)
def test_normalizes_as_the_mesh_says(path: str, none: str, base: str, merged: str, decoded: str) -> None:
    """Each mode makes of a path what a real Envoy made of it."""
    assert [normalize(path, mode) for mode in (NONE, BASE, MERGE, DECODE)] == [none, base, merged, decoded]


@pytest.mark.parametrize("mode", [BASE, MERGE, DECODE])
def test_an_escaped_nul_is_malformed(mode: PathNormalization) -> None:
    """Envoy answers 400 to `%00` wherever it normalizes."""
    with pytest.raises(MalformedPathError):
        normalize("/a%00b", mode)
    assert normalize("/a%00b", NONE) == "/a%00b"


@pytest.mark.parametrize("path", ["/p/..;x/q", "/p/.;/q", "/p\\..;/q", "/é", "/a b", "/a\x7f"])
def test_what_versions_of_envoy_read_differently_is_unclear(path: str) -> None:
    """Where the result is not certain there is none."""
    with pytest.raises(UnclearPathError):
        normalize(path, BASE)


@given(st.text("/.%2eEfF5cCa\\;?#b", max_size=12).map(lambda text: "/" + text), st.sampled_from([BASE, MERGE]))
def test_normalizing_twice_changes_nothing_but_what_was_decoded(path: str, mode: PathNormalization) -> None:
    """A normalized path has no dot segments, no backslash, and no runs of slashes where they are merged."""
    try:
        result = without_query(normalize(path, mode))
    except (MalformedPathError, UnclearPathError):
        return
    assert result.startswith("/")
    assert not set(result.split("/")) & {".", ".."}
    assert "\\" not in result
    assert mode is BASE or "//" not in result
    assert not re.search("%2[eE]", result)


@given(st.text("/.%2eE\\;?#bA-_~*[{", max_size=12), st.sampled_from(PathNormalization))
def test_the_quick_reading_is_the_normalized_path(text: str, mode: PathNormalization) -> None:
    """A path that nothing changes is recognized as such, and any other is normalized."""

    def read(function: Callable[[str, PathNormalization], str]) -> str:
        try:
            return without_query(function("/" + text, mode))
        except (MalformedPathError, UnclearPathError) as error:
            return type(error).__name__

    assert read(matched_path) == read(normalize)


@pytest.mark.parametrize(
    ("pattern", "matching", "failing"),
    [
        ("/a/{*}", ["/a/x", "/a/%20", "/a/x;y=1"], ["/a/", "/a", "/a/x/", "/a/x/y", "/a/[x]", "/b/x"]),
        ("/a/{*}/", ["/a/x/"], ["/a/x", "/a//"]),
        ("/a/{**}", ["/a/", "/a/x", "/a/x/y", "/a//"], ["/a", "/ab"]),
        ("/a/{**}/z", ["/a//z", "/a/x/z", "/a/x/y/z"], ["/a/z", "/a/x/z/"]),
        ("/a/{**}/", ["/a/x/", "/a//"], ["/a/", "/a/x.txt"]),
        ("/a%20b/{*}", ["/a%20b/c"], ["/a b/c"]),
        ("/v.1/{*}", ["/v.1/x"], ["/vx1/x"]),
        ("/{*}/{**}/q{*}", ["/a/b/c/qd", "/a//qd"], ["/a/qd", "/a/b/q"]),
        ("/{**}", ["/", "/a/b"], ['/"', "/^"]),
    ],
)
def test_templates_match_whole_paths(pattern: str, matching: list[str], failing: list[str]) -> None:
    """A wildcard stands for one segment or for any path, and the rest is literal."""
    matches = template(pattern)
    assert [path for path in (*matching, *failing) if matches(path)] == matching


def test_braces_with_stars_alone_make_a_template() -> None:
    """A name in braces is literal text to Istio."""
    assert is_template("/{*}")
    assert is_template("/{**}x")
    assert not is_template("/{id}")
    assert not is_template("/*")
