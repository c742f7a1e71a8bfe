"""Texts that have one form, or several at once."""

from __future__ import annotations

import pytest

from ztdsl.access.wildcards import every_star, filled, is_exact, meet, path_form, text_form


@pytest.mark.parametrize(
    ("pattern", "filler", "expected"),
    [
        ("/a", "x", "/a"),
        ("/a/*", "x", "/a/x"),
        ("*.css", "x", "x.css"),
        ("/a*b", "x", "/a*b"),
        ("/a/{*}/b", "x/y", "/a/x/b"),
        ("/a/{**}", "x/y", "/a/x/y"),
        ("/a/{*}", "", "/a/x"),
    ],
)
def test_wildcards_are_filled(pattern: str, filler: str, expected: str) -> None:
    """A star counts at an end only, a segment has no slash and is not empty."""
    assert filled(path_form(pattern), filler) == expected


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("/a/*", "*/b"), "/a/b"),
        (("/a/b*", "*b/c"), "/a/b/c"),
        (("/{*}/b", "/a/*"), "/a/b"),
        (("/a*", "/b*"), None),
        (("/a/{*}", "/a/b/*"), None),
        (("/a*", "*b", "*"), "/ab"),
    ],
)
def test_a_text_for_several_patterns(patterns: tuple[str, ...], expected: str | None) -> None:
    """The shortest one that all of them match, if there is one."""
    assert meet(tuple(path_form(each) for each in patterns), "x") == expected


def test_namespaces_have_wildcards_anywhere() -> None:
    """Each star of them is one."""
    assert filled(every_star("f*o"), "x") == "fxo"
    assert is_exact(text_form("f*o"))
    assert not is_exact(every_star("f*o"))
