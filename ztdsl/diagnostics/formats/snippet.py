"""Lines of the user's file with the places of a finding underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import cell, visible
from ztdsl.diagnostics.source import line_of
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.diagnostics.formats.style import Role, Style
    from ztdsl.diagnostics.model import Span

_LONG: Final = 200  # characters; a longer line is cut
_BEFORE: Final = 40  # what remains of a cut line before the place
_WINDOW: Final = 120  # what remains of it in all


@dataclass(frozen=True, slots=True)
class Mark:
    """One underlined place; the text is what is said of it."""

    span: Span
    text: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """A part of a line with what is underlined in it."""

    line: int
    begin: int
    end: int
    source: str
    marks: tuple[tuple[int, int, Mark], ...]


def is_drawn(mark: Mark) -> bool:
    """Whether the line of the mark can be shown."""
    return mark.span.line is not None and line_of(mark.span.file, mark.span.line) is not None


def draw(marks: Sequence[Mark], gutter: int, style: Style, role: Role) -> list[str]:
    """The lines of marks of one file, in the order of lines, `...` where lines are left out.

    A place of several lines is underlined to the end of its first line; where only the line is known,
    all of its text is. Every mark must be drawn (`is_drawn`).

    Args:
        marks: places in one file.
        gutter: the width of line numbers.
        style: paints the output.
        role: the colour of primary marks.
    """
    lines: list[str] = []
    before: int | None = None
    for row in _rows(marks):
        if before is not None and row.line > before + 1:
            lines.append(style.paint("...", "frame"))
        before = row.line
        text, starts = _laid_out(row)
        lines.append(f"{style.paint(f'{row.line:>{gutter}} |', 'frame')} {text}".rstrip())
        for start, end, mark in row.marks:
            character = "^" if mark.is_primary else "-"
            line = character * max(starts[end] - starts[start], 1)
            said = f"{line} {visible(mark.text)}" if mark.text else line
            painted = style.paint(said, role if mark.is_primary else "frame")
            lines.append(f"{style.paint(' ' * gutter + ' |', 'frame')} {' ' * starts[start]}{painted}")
    return lines


def _rows(marks: Sequence[Mark]) -> list[_Row]:
    """Marks of one line together, unless the line is long: then each with its own part of the line."""
    rows: dict[tuple[int, int, int], list[tuple[int, int, Mark]]] = {}
    sources: dict[int, str] = {}
    for mark in dict.fromkeys(marks):
        number = mark.span.line or 1
        source = line_of(mark.span.file, number) or ""
        sources[number] = source
        start, end = _underlined(mark.span, source)
        window = (0, len(source)) if len(source) <= _LONG else (max(0, start - _BEFORE), start - _BEFORE + _WINDOW)
        rows.setdefault((number, *window), []).append((start, min(end, window[1]), mark))
    return [
        _Row(line, begin, end, sources[line], tuple(sorted(row, key=lambda item: (item[0], item[1]))))
        for (line, begin, end), row in sorted(rows.items(), key=lambda item: item[0])
    ]


def _underlined(span: Span, source: str) -> tuple[int, int]:
    """The characters to underline, from 0, the end exclusive."""
    last = len(source.rstrip())
    if span.column is None:
        return min(len(source) - len(source.lstrip()), last), last
    start = min(span.column - 1, len(source))
    if span.end_line is not None and span.line is not None and span.end_line > span.line:
        return start, max(last, start)
    end = span.column if span.end_column is None else span.end_column - 1
    return start, max(start, min(end, len(source)))


def _laid_out(row: _Row) -> tuple[str, dict[int, int]]:
    """The shown text, and the terminal column of each character of the line (and of the part's end)."""
    shown = "..." if row.begin > 0 else ""
    column = len(shown)
    pieces = [shown]
    starts: dict[int, int] = {}
    end = min(row.end, len(row.source))
    for index in range(row.begin, end):
        starts[index] = column
        text, width = cell(row.source[index])
        pieces.append(text)
        column += width
    starts.update(dict.fromkeys(range(end, row.end + 1), column))
    if end < len(row.source):
        pieces.append("...")
    return "".join(pieces), starts
