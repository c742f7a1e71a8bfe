"""One line for each finding, for editors and for grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.wording import location, summary
from ztdsl.diagnostics.source import span_of

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diagnostics.report import Report


def render(report: Report) -> str:
    """Lines `file:line:column: severity[code] message`, then the line that counts them."""
    return "".join(f"{line}\n" for line in [*map(_line, report.findings), summary(report)])


def _line(finding: Diagnostic) -> str:
    said = f"{finding.severity.word}[{finding.code}] {visible(finding.message)}"
    return said if finding.primary is None else f"{location(span_of(finding.primary.place))}: {said}"
