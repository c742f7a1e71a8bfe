"""Findings for programs; `docs/reference/findings.schema.json` describes the output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ztdsl import __version__
from ztdsl.diagnostics.formats.wording import documentation, slug_of
from ztdsl.diagnostics.model import Severity
from ztdsl.diagnostics.source import called_from, display_path, span_of

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic, Label, Span
    from ztdsl.diagnostics.report import Accepted, Report

SCHEMA: Final = "ztdsl/findings/v1"


def render(report: Report) -> str:
    """One JSON object, in ASCII so that no terminal or pipe can change it."""
    return json.dumps(_report(report), indent=2) + "\n"


def _report(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": {"name": "ztc", "version": __version__},
        "policy": report.policy,
        "rules": report.rules,
        "findings": [finding_data(finding) for finding in report.findings],
        "accepted": [_accepted(accepted) for accepted in report.accepted],
        "summary": {
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "infos": report.count(Severity.INFO),
            "accepted": len(report.accepted),
        },
    }


def finding_data(finding: Diagnostic) -> dict[str, Any]:
    """One finding as plain data."""
    place = finding.primary
    return {
        "code": finding.code,
        "slug": slug_of(finding.code),
        "severity": finding.severity.word,
        "message": finding.message,
        "primary": None if place is None else _label(place),
        "related": [_label(label) for label in finding.related],
        "notes": list(finding.notes),
        "help": list(finding.help),
        "calledFrom": []
        if place is None
        else [{**_span(span), "function": function} for span, function in called_from(place.place)],
        "docs": documentation(finding.code),
    }


def _accepted(accepted: Accepted) -> dict[str, Any]:
    return {**finding_data(accepted.diagnostic), "reason": accepted.reason, "comment": _span(accepted.comment)}


def _label(label: Label) -> dict[str, Any]:
    return {**_span(span_of(label.place)), "text": label.text}


def _span(span: Span) -> dict[str, Any]:
    return {
        "file": display_path(span.file),
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
