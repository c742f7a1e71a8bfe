"""Findings as annotations of a GitHub Actions run (workflow commands)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.wording import explanation, summary
from ztdsl.diagnostics.model import Severity
from ztdsl.diagnostics.source import display_path, span_of

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic, Span
    from ztdsl.diagnostics.report import Report

_COMMAND: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
IN_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
IN_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """One command for each finding, then the line that counts them, which the log shows as it is."""
    return "".join(f"{line}\n" for line in [*map(_command, report.findings), summary(report)])


def _command(finding: Diagnostic) -> str:
    properties = {} if finding.primary is None else _properties(span_of(finding.primary.place))
    properties["title"] = finding.code
    listed = ",".join(f"{name}={value.translate(IN_PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMAND[finding.severity]} {listed}::{explanation(finding).translate(IN_DATA)}"


def _properties(span: Span) -> dict[str, str]:
    """Where to annotate; GitHub's runner refuses columns of a place that spans lines."""
    found: dict[str, object] = {"file": visible(display_path(span.file)), "line": span.line, "endLine": span.end_line}
    if span.end_line in (None, span.line):
        found |= {"col": span.column, "endColumn": span.end_column}
    return {name: str(value) for name, value in found.items() if value is not None}
