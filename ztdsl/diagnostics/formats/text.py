"""Findings for people at a terminal."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.snippet import Mark, draw, is_drawn
from ztdsl.diagnostics.formats.style import ROLE_OF, Style
from ztdsl.diagnostics.formats.wording import location, remarks, tally, verdict
from ztdsl.diagnostics.source import span_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diagnostics.report import Report

_GLUE: Final = "\x1f"  # stands for a blank that must not break; `visible` text has no such character


def render(report: Report, *, color: bool = False, width: int = 80) -> str:
    """The report as text: each finding with its lines underlined, then one line that counts them.

    Args:
        report: what was found.
        color: whether to use the colours of a terminal.
        width: where notes and help wrap; lines of the user's file never do.
    """
    style = Style(color=color)
    role = "ok" if report.worst is None else ROLE_OF[report.worst]
    last = f"{style.paint(verdict(report), role)}: {tally(report)}"
    findings = [render_finding(finding, color=color, width=width) for finding in report.findings]
    return "\n".join([*findings, last, ""])


def render_finding(finding: Diagnostic, *, color: bool = False, width: int = 80) -> str:
    """One finding: what, where, and what to do."""
    style = Style(color=color)
    role = ROLE_OF[finding.severity]
    marks = _marks(finding)
    numbers = [mark.span.line or 1 for mark in marks]
    gutter = len(str(max(numbers, default=1)))
    lines = [
        style.paint(f"{finding.severity.word}[{finding.code}]", role)
        + style.paint(f": {visible(finding.message)}", "strong")
    ]
    frame = style.paint(" " * gutter + " |", "frame")
    for number, group in enumerate(_by_file(marks)):
        if number and lines[-1] != frame:
            lines.append(frame)
        arrow = ":::" if number else "-->"
        lines.append(f"{' ' * gutter}{style.paint(arrow, 'frame')} {location(group[0].span)}")
        drawn = [mark for mark in group if is_drawn(mark)]
        if drawn:
            lines += [frame, *draw(drawn, gutter, style, role)]
    said = [("note", f"{location(m.span)}: {visible(m.text)}") for m in marks if m.text and not is_drawn(m)]
    said += remarks(finding)
    if said and any(is_drawn(mark) for mark in marks):
        lines.append(frame)
    for heading, text in said:
        lines += _remark(heading, text, gutter, width, style)
    return "\n".join([*lines, ""])


def _marks(finding: Diagnostic) -> list[Mark]:
    """The places of a finding, the primary one first."""
    if finding.primary is None:
        primary = []
    else:
        primary = [Mark(span_of(finding.primary.place), finding.primary.text, is_primary=True)]
    return primary + [Mark(span_of(label.place), label.text, is_primary=False) for label in finding.related]


def _by_file(marks: Sequence[Mark]) -> list[list[Mark]]:
    groups: dict[str, list[Mark]] = {}
    for mark in marks:
        groups.setdefault(mark.span.file, []).append(mark)
    return list(groups.values())


def _remark(heading: str, text: str, gutter: int, width: int, style: Style) -> list[str]:
    """One line below the snippet, wrapped; what stands in backticks stays together."""
    indent = " " * (gutter + len(f" = {heading}: "))
    pieces = text.split("`")
    pieces[1:-1:2] = [piece.replace(" ", _GLUE) for piece in pieces[1:-1:2]]
    wrapped = wrap("`".join(pieces), max(width - len(indent), 20), break_long_words=False, break_on_hyphens=False)
    first = f"{style.paint(' ' * gutter + ' =', 'frame')} {style.paint(heading, 'strong')}: "
    return [(indent if number else first) + line.replace(_GLUE, " ") for number, line in enumerate(wrapped or [""])]
