"""Underlined lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ztdsl.diagnostics.formats.snippet import Mark, draw, is_drawn
from ztdsl.diagnostics.formats.style import Style
from ztdsl.diagnostics.model import Span

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = Style(color=False)


def drawn(path: Path, text: str, *spans: tuple[int, int | None, int | None]) -> list[str]:
    """The lines for places `(line, column, end column)` of a file with that text."""
    path.write_text(text, encoding="utf-8")
    marks = [
        Mark(Span(str(path), line, column, None if column is None else line, end), "", is_primary=True)
        for line, column, end in spans
    ]
    return draw(marks, 1, PLAIN, "error")


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "under"),
    [
        ("ab cd ef", 4, 6, "ab cd ef", "   ^^"),
        ("\tcd", 2, 4, "    cd", "    ^^"),
        ("日本 cd", 4, 6, "日本 cd", "     ^^"),
        ("a日本b", 2, 4, "a日本b", " ^^^^"),
        ("cafe\u0301 cd", 7, 9, "cafe\u0301 cd", "     ^^"),
        ("a\x1b[0m cd", 7, 9, "a\\x1b[0m cd", "         ^^"),
        ("a\u202eb cd", 5, 7, "a\\u202eb cd", "         ^^"),
        ("  ab  ", None, None, "  ab", "  ^^"),
        ("ab", 3, 3, "ab", "  ^"),
        ("ab", 2, None, "ab", " ^"),
        ("ab", 9, 12, "ab", "  ^"),
        ("", 1, 1, "", "^"),
    ],
    ids=[
        "plain",
        "tab",
        "wide before",
        "wide inside",
        "combining",
        "control",
        "bidirectional",
        "line only",
        "end of line",
        "no end",
        "beyond",
        "empty",
    ],
)
def test_underline_stands_below_its_text(
    tmp_path: Path, line: str, column: int | None, end: int | None, shown: str, under: str
) -> None:
    """The carets stand below the place, whatever the characters before it are."""
    assert drawn(tmp_path / "a", line, (1, column, end)) == [f"1 | {shown}".rstrip(), f"  | {under}"]


def test_far_lines_are_left_out(tmp_path: Path) -> None:
    """Lines are drawn from top to bottom, dots where lines are missing between them."""
    lines = drawn(tmp_path / "a", "a\nb\nc\nd\n", (4, 1, 2), (2, 1, 2), (1, 1, 2))
    assert lines == ["1 | a", "  | ^", "2 | b", "  | ^", "...", "4 | d", "  | ^"]


def test_long_line_is_cut_around_the_place(tmp_path: Path) -> None:
    """Of a line of 100,000 characters only the neighbourhood of the place is shown."""
    lines = drawn(tmp_path / "a", "x" * 50_000 + "HERE" + "y" * 50_000, (1, 50_001, 50_005))
    assert lines[0] == f"1 | ...{'x' * 40}HERE{'y' * 76}..."
    assert lines[1] == f"  | {' ' * 43}^^^^"


def test_long_place_ends_where_the_line_is_cut(tmp_path: Path) -> None:
    """A place that is longer than what is shown of the line is underlined as far as that."""
    lines = drawn(tmp_path / "a", "x" * 1000, (1, 1, 1001))
    assert lines == [f"1 | {'x' * 80}...", f"  | {'^' * 80}"]


def test_places_of_a_long_line_are_shown_each(tmp_path: Path) -> None:
    """Two places far apart in a long line are both seen."""
    lines = drawn(tmp_path / "a", "A" + "x" * 1000 + "B", (1, 1, 2), (1, 1002, 1003))
    assert [line.strip() for line in lines] == [
        f"1 | A{'x' * 79}...",
        "| ^",
        f"1 | ...{'x' * 40}B",
        f"| {' ' * 43}^",
    ]


def test_only_lines_that_exist_are_drawn(tmp_path: Path) -> None:
    """A place without a line, or of a line or file that is not there, is not drawn."""
    path = tmp_path / "a"
    path.write_text("a\n")
    known = [Span(str(path), 1), Span(str(path)), Span(str(path), 9), Span("gone", 1)]
    assert [is_drawn(Mark(span, "", is_primary=True)) for span in known] == [True, False, False, False]
