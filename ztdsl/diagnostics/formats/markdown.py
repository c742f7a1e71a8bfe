"""Findings as a comment of a pull request (GitHub and GitLab flavoured Markdown)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.text import render_finding
from ztdsl.diagnostics.formats.wording import location, summary
from ztdsl.diagnostics.source import span_of

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diagnostics.report import Accepted, Report

_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]<>()#+!|~&$:@-]")
_PLAIN_CODE: Final = re.compile(r"[^`|\\ ](?:[^`|\\]*[^`|\\ ])?")


def render(report: Report) -> str:
    """A heading that counts, a table of the findings, then each as a terminal shows it, folded."""
    parts = [f"**ztc** {summary(report)}\n"]
    if report.findings:
        parts.append(_table(["severity", "code", "place", "message"], map(_cells, report.findings)))
        parts.append(_details(report.findings))
    if report.accepted:
        parts.append(_table(["accepted", "place", "reason"], map(_accepted_cells, report.accepted)))
    return "\n".join(parts)


def _table(heads: list[str], rows: map[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cells(finding: Diagnostic) -> list[str]:
    return [finding.severity.word, finding.code, _place(finding), phrase(visible(finding.message))]


def _accepted_cells(accepted: Accepted) -> list[str]:
    return [accepted.diagnostic.code, _place(accepted.diagnostic), escaped(visible(accepted.reason))]


def _place(finding: Diagnostic) -> str:
    return "" if finding.primary is None else code(location(span_of(finding.primary.place)))


def _details(findings: tuple[Diagnostic, ...]) -> str:
    body = "\n".join(render_finding(finding) for finding in findings)
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"<details><summary>Details</summary>\n\n{fence}text\n{body}{fence}\n\n</details>\n"


def phrase(text: str) -> str:
    """A message, what stands in backticks as code and the rest as it is written."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # the last backtick has no partner
        pieces[-2:] = ["`".join(pieces[-2:])]
    return "".join(code(piece) if number % 2 else escaped(piece) for number, piece in enumerate(pieces))


def code(text: str) -> str:
    """Code in a table's cell; HTML where backticks cannot hold it."""
    return f"`{text}`" if _PLAIN_CODE.fullmatch(text) else f"<code>{escaped(text)}</code>"


def escaped(text: str) -> str:
    """Text without meaning to Markdown, as character references (CommonMark 0.31, 2.5); no one is mentioned."""
    return _SPECIAL.sub(_reference, text)


def _reference(match: re.Match[str]) -> str:
    character = match[0]
    return "@<!-- -->" if character == "@" else f"&#{ord(character)};"
