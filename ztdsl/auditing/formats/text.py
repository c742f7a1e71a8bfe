"""An audit for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.auditing.formats.sections import sections, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.auditing.formats.sections import Section
    from ztdsl.auditing.report import Report


def as_text(report: Report) -> str:
    """The audit as lines, each ended."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield from summary(report)
    for section in sections(report):
        yield ""
        yield section.title
        yield from _rows(section)
        yield from (f"  {note}" for note in section.notes)


def _rows(section: Section) -> Iterator[str]:
    """The first cells beside each other, and the others below them, for names of rules and callers are long."""
    if len(section.columns) == 2:  # noqa: PLR2004 - a count and why
        width = max((len(row[0]) for row in section.rows), default=0)
        yield from (f"  {count:>{width}}  {why}" for count, why in section.rows)
        return
    width = max((len(row[0]) for row in section.rows), default=0)
    indent = " " * (width + 4)
    for row in section.rows:
        if section.columns[1] == "verdict":
            count, verdict, caller, to, by, source, asked = row
            yield f"  {count:>{width}}  {verdict}: {caller} to {to}"
            yield f"{indent}{by}" + (f" at {source}" if source else "")
            yield f"{indent}first {asked}"
        else:
            first, rule, source, because = row
            yield f"  {first:>{width}}  {source + ': ' if source else ''}{rule}"
            if because:
                yield f"{indent}{because}"
