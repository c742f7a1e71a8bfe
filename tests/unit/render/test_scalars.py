"""Strings as YAML on one line, and texts as comments."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.render.scalars import comment_lines, listed, scalar


@pytest.mark.parametrize("text", ["orders", "/orders", "a/b.c-d_e", "cluster.local/ns/web/sa/frontend", "GET"])
def test_harmless_texts_stay_plain(text: str) -> None:
    """Names and paths are readable."""
    assert scalar(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "No",
        "null",
        "on",
        "y",
        "1",
        "8080",
        "1e3",
        "0o7",
        "2026-11-24",
        "12:30",
        "*",
        "/a*",
        "~",
        "a b",
        "-",
        "a: b",
        "#a",
        "{{ a }}",
        ".inf",
        "=",
        "<<",
    ],
)
def test_everything_else_is_quoted(text: str) -> None:
    """What any YAML reader could take for something else stands in quotes."""
    assert scalar(text).startswith('"')


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", r'"a\nb"'),
        ("\x85", r'"\x85"'),
        ("\u2028", r'"\u2028"'),
        ("\ufeff", r'"\ufeff"'),
        ("\x7f", r'"\x7f"'),
        ("é", '"é"'),
        ("😀", '"😀"'),
        ('"\\', r'"\"\\"'),
    ],
)
def test_what_would_break_or_hide_is_escaped(text: str, written: str) -> None:
    """Line breaks, controls and marks become escapes; letters of any script stay."""
    assert scalar(text) == written


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_reads_back(text: str) -> None:
    """Both of PyYAML's loaders read a scalar as the text that was written."""
    assert yaml.safe_load(scalar(text)) == text
    assert yaml.load(f"a: {scalar(text)}", Loader=yaml.CSafeLoader) == {"a": text}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=8))
def test_every_list_reads_back(texts: list[str]) -> None:
    """On one line or on several."""
    text = listed("key", tuple(texts), "  ")
    assert yaml.safe_load(f"a:\n{text}") == {"a": {"key": texts}}
    assert all(len(line) <= 100 for line in text.split("\n")) or "\n  - " in text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one line", ("one line",)),
        ("one\n\n two \r\nthree\x85four\u2028five", ("one", " two", "three", "four", "five")),
        ("", ()),
        ("\n\n", ()),
        ("a\tb", ("a b",)),
        ("\x1b[31mred", (r"\x1b[31mred",)),
        ("\ud800", (r"\ud800",)),
        ("# --- {{ a }}", ("# --- {{ a }}",)),
    ],
)
def test_comments_are_lines_without_controls(text: str, lines: tuple[str, ...]) -> None:
    """Each line of a text is a line of a comment; what is not printable is spelled out."""
    assert comment_lines(text) == lines
