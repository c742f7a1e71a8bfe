"""Findings for code scanning services (OASIS SARIF 2.1.0)."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ztdsl import __version__
from ztdsl.diagnostics.catalogue import CATALOGUE
from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.wording import explanation, slug_of
from ztdsl.diagnostics.model import Severity
from ztdsl.diagnostics.source import display_path, span_of

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic, Label, Span
    from ztdsl.diagnostics.report import Accepted, Report

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PLACEHOLDER: Final = re.compile(r"\{(\d+)\}")


def render(report: Report) -> str:
    """One SARIF log with one run: the rules that occur, a result for each finding, accepted ones suppressed."""
    codes = sorted({f.code for f in report.findings} | {a.diagnostic.code for a in report.accepted})
    index = {code: number for number, code in enumerate(codes)}
    run = {
        "tool": {"driver": {"name": "ztc", "version": __version__, "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result(finding, index) for finding in report.findings),
            *(_suppressed(accepted, index) for accepted in report.accepted),
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code, "name": slug_of(code).title().replace("-", "")}
    if code in CATALOGUE:
        rule["shortDescription"] = {"text": CATALOGUE[code].summary}
        rule["help"] = {"text": f"Run `ztc explain {code}`."}
        rule["defaultConfiguration"] = {"level": _LEVEL[CATALOGUE[code].severity]}
    return rule


def _result(finding: Diagnostic, index: dict[str, int]) -> dict[str, Any]:
    # `suppressions` is there for every result or for none (SARIF section 3.27.23)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVEL[finding.severity],
        "message": _message(explanation(finding)),
        "locations": [] if finding.primary is None else [{"physicalLocation": _place(span_of(finding.primary.place))}],
        "suppressions": [],
    }
    if finding.related:
        result["relatedLocations"] = [_related(number, label) for number, label in enumerate(finding.related, 1)]
    return result


def _suppressed(accepted: Accepted, index: dict[str, int]) -> dict[str, Any]:
    suppression = {
        "kind": "inSource",
        "justification": visible(accepted.reason),
        "location": {"physicalLocation": _place(accepted.comment)},
    }
    return {**_result(accepted.diagnostic, index), "suppressions": [suppression]}


def _related(number: int, label: Label) -> dict[str, Any]:
    location: dict[str, Any] = {"id": number, "physicalLocation": _place(span_of(label.place))}
    if label.text:
        location["message"] = _message(visible(label.text))
    return location


def _message(text: str) -> dict[str, str]:
    """A message; a number in braces, which would be a placeholder, gets doubled braces (SARIF section 3.11.5)."""
    return {"text": _PLACEHOLDER.sub(r"{{\1}}", text)}


def _place(span: Span) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(display_path(span.file))}
    if span.line is not None:
        region = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
        place["region"] = {name: value for name, value in region.items() if value is not None}
    return place


def _artifact(file: str) -> dict[str, str]:
    """A relative file counts from the root of the sources, which the service knows."""
    if PurePath(file).is_absolute():
        return {"uri": Path(file).as_uri()}
    return {"uri": quote(PurePath(file).as_posix(), errors="surrogatepass"), "uriBaseId": "%SRCROOT%"}
