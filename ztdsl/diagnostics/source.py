"""Where findings stand in the user's files; worked out only when something is printed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.model import Span
from ztdsl.diagnostics.source_file import source_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.diagnostics.model import Diagnostic, Spot
    from ztdsl.origin import Position


_CREDENTIALS: Final = re.compile(r"(://)([^\s/?#'\"@]+(?:\s[^\s/?#'\"@]*)*)@")


def span_of(place: Spot | Span) -> Span:
    """The range of a place in its file as it is now.

    A part of a call is followed as far as the text allows (see `argument.part_of`). Only file and line
    are known where the file cannot be read or no longer has the line, and where Python kept no
    columns (`PYTHONNODEBUGRANGES`).
    """
    if isinstance(place, Span):
        return place
    return _span(place.origin.position, place.path)


def called_from(place: Spot | Span) -> tuple[tuple[Span, str], ...]:
    """The calls that led to a place in a function, nearest first, each with the function's name."""
    if isinstance(place, Span):
        return ()
    return tuple((_span(position, ()), function) for position, function in place.origin.callers)


def line_of(file: str, number: int) -> str | None:
    """One line of a file as it is now, without its end, for printing; None where there is none.

    What stands before the `@` of a URI may be a password, and never reaches a report; stars of the same width do.
    """
    source = source_file(file)
    line = None if source is None else source.line(number)
    return line if line is None or "@" not in line else _CREDENTIALS.sub(_masked, line)


def _masked(match: re.Match[str]) -> str:
    return f"{match[1]}{'*' * len(match[2])}@"


def display_path(file: str) -> str:
    """The file's name relative to the current directory where it is below that, else as it is."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the current directory was removed
        return file
    absolute = Path(os.path.normpath(here / file))
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else file


def sorted_findings(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Findings without a place first, then by file, line, column and code."""
    return tuple(sorted(findings, key=_order))


def distinct(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each finding once: a rule that a loop makes many times is one line of the file."""
    found: dict[tuple[str, str, Span | None], Diagnostic] = {}
    for finding in findings:
        span = None if finding.primary is None else span_of(finding.primary.place)
        found.setdefault((finding.code, finding.message, span), finding)
    return tuple(found.values())


def _order(finding: Diagnostic) -> tuple[str, int, int, str, str]:
    if finding.primary is None:
        return ("", 0, 0, finding.code, finding.message)
    span = span_of(finding.primary.place)
    return (display_path(span.file), span.line or 0, span.column or 0, finding.code, finding.message)


def _span(position: Position, path: tuple[str | int, ...]) -> Span:
    from ztdsl.diagnostics.argument import part_of  # noqa: PLC0415 - a run without findings needs no syntax tree
    from ztdsl.diagnostics.calls import Range, range_of  # noqa: PLC0415 - as above

    source = source_file(position.file)
    if source is None or position.column is None or position.end_column is None:
        return Span(position.file, position.line)
    place = Range(position.line, position.column, position.end_line, position.end_column)
    call = source.calls.by_range.get(place)
    if call is not None:
        place = range_of(part_of(call, path, source.calls.imported))
    if place.end_line > len(source.lines):
        return Span(position.file, position.line)
    start = source.character(place.line, place.column)
    end = source.character(place.end_line, place.end_column)
    return Span(position.file, place.line, start, place.end_line, end)
