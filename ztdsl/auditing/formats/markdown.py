"""An audit as Markdown, for a ticket or an auditor's file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.auditing.formats.sections import sections, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.auditing.report import Report

_ACTIVE: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def as_markdown(report: Report) -> str:
    """The audit as a page with a table for each part."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield "# Audit"
    yield ""
    yield from (f"{escaped(line)}  " for line in summary(report))
    for section in sections(report):
        yield ""
        yield f"## {section.title}"
        yield ""
        if section.rows:
            yield f"| {' | '.join(section.columns)} |"
            yield f"|{' --- |' * len(section.columns)}"
            for row in section.rows:
                yield f"| {' | '.join(escaped(cell) for cell in row)} |"
            yield ""
        yield from (f"{escaped(note)}  " for note in section.notes)


def escaped(text: str) -> str:
    """The text with nothing in it that Markdown or HTML acts on: much of it was sent by strangers."""
    return _ACTIVE.sub(r"\\\1", text)
