"""What of an audit is worth a finding: unused grants, requests that a new version refuses, a log of other policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.auditing.report import caller_words, deciding_words, rule_words
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label
from ztdsl.log.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ztdsl.auditing.report import Report
    from ztdsl.auditing.tally import Row
    from ztdsl.diagnostics.model import Diagnostic, Span
    from ztdsl.traffic.decision import Decider

    Where = Callable[[Decider], Span | None]

_MOST: Final = 20
"""How many rows of one kind are findings; the report has all."""


def findings_of(report: Report, where: Where, new_where: Where | None) -> list[Diagnostic]:
    """The findings about the rules of a policy, and about those of a new version.

    Args:
        report: the audit.
        where: the place of a rule in the user's files.
        new_where: the place of a rule of the new version.
    """
    found = [
        diagnostic("ZT787", f"nobody used {rule_words(grant.rule)} in the time of the log", _label(where(grant.rule)))
        for grant in report.unused
    ]
    if new_where is not None:
        found.extend(_refused(report.tally.refused.all(), new_where))
    found.extend(_disagreeing(report.tally.disagreeing.all(), where))
    return found


def _refused(rows: tuple[Row, ...], where: Where) -> Iterator[Diagnostic]:
    for row in rows[:_MOST]:
        place = None if row.decided_by is None else _label(where(row.decided_by))
        message = f"the new version would refuse {_count(row)} from {caller_words(row)} to {row.to}"
        yield diagnostic("ZT788", message, place, notes=_notes(row))


def _disagreeing(rows: tuple[Row, ...], where: Where) -> Iterator[Diagnostic]:
    for row in rows[:_MOST]:
        place = None if row.decided_by is None else _label(where(row.decided_by))
        message = (
            f"the policies {row.verdict.value} {_count(row)} from {caller_words(row)} to {row.to}, and the log says "
            "the opposite"
        )
        yield diagnostic("ZT789", message, place, notes=_notes(row))


def _notes(row: Row) -> tuple[str, ...]:
    return (
        f"the first: {shown(row.asked)}",
        f"decided {deciding_words(row)}" if row.decided_by else deciding_words(row),
    )


def _count(row: Row) -> str:
    return "1 request" if row.count == 1 else f"{row.count:,} requests"


def _label(span: Span | None) -> Label | None:
    return None if span is None else Label(span)
