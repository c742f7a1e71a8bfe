"""The phrases that several formats share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.catalogue import CATALOGUE
from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.model import Severity
from ztdsl.diagnostics.source import called_from, display_path, span_of

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic, Label, Span
    from ztdsl.diagnostics.report import Report


def verdict(report: Report) -> str:
    """The word for the worst finding, or `ok`."""
    return "ok" if report.worst is None else report.worst.word


def tally(report: Report) -> str:
    """How many findings of each severity in how many rules, and how many are accepted."""
    counts = [
        _count(report.count(Severity.ERROR), "error"),
        _count(report.count(Severity.WARNING), "warning"),
        _count(report.count(Severity.INFO), "info"),
    ]
    found = ", ".join(count for count in counts if not count.startswith("0 "))
    rules = "" if report.policy is None else _count(report.rules, "rule")
    if found:
        parts = [f"{found} in {rules}" if rules else found]
    else:
        parts = [rules, "no findings"] if rules else ["no findings"]
    if report.accepted:
        parts.append(f"{len(report.accepted)} accepted")
    return ", ".join(parts)


def summary(report: Report) -> str:
    """The last line of a report, such as `error: 3 errors, 1 warning in 12 rules`."""
    return f"{verdict(report)}: {tally(report)}"


def headline(finding: Diagnostic) -> str:
    """Severity, code and message on one line."""
    return f"{finding.severity.word}[{finding.code}]: {visible(finding.message)}"


def location(span: Span) -> str:
    """`file:line:column`, as far as it is known."""
    known = [part for part in (span.line, span.column) if part is not None]
    return ":".join([visible(display_path(span.file)), *map(str, known)])


def slug_of(code: str) -> str:
    """The code's name in words; the code itself where the catalogue does not have it (a user's own check)."""
    return CATALOGUE[code].slug if code in CATALOGUE else code.lower()


def documentation(code: str) -> str | None:
    """The command that explains the code; None for a code of a user's own check."""
    return f"ztc explain {code}" if code in CATALOGUE else None


def remarks(finding: Diagnostic) -> list[tuple[str, str]]:
    """What is said below the place, each with its heading: notes, help, and where to read more."""
    lines = [("note", visible(note)) for note in finding.notes]
    if finding.primary is not None:
        lines += [
            ("note", f"`{visible(function)}` called from {location(span)}")
            for span, function in called_from(finding.primary.place)
        ]
    lines += [("help", visible(help_)) for help_ in finding.help]
    docs = documentation(finding.code)
    return [*lines, ("docs", docs)] if docs else lines


def sentence(label: Label) -> str:
    """A label's place and text on one line."""
    place = location(span_of(label.place))
    return f"{place}: {visible(label.text)}" if label.text else place


def explanation(finding: Diagnostic) -> str:
    """Everything about a finding except its code and place, a line each."""
    lines = [visible(finding.message)]
    if finding.primary is not None and finding.primary.text:
        lines.append(visible(finding.primary.text))
    lines += [f"see: {sentence(label)}" for label in finding.related]
    lines += [f"{heading}: {text}" for heading, text in remarks(finding)]
    return "\n".join(lines)


def _count(number: int, word: str) -> str:
    plural = "" if number == 1 or word == "info" else "s"
    return f"{number} {word}{plural}"
