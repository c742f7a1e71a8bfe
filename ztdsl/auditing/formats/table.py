"""Who reached what under which rule, as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from ztdsl.auditing.report import NO_IDENTITY, NOT_KNOWN, Place, rule_words
from ztdsl.log.shown import shown

if TYPE_CHECKING:
    from ztdsl.auditing.report import Report
    from ztdsl.auditing.tally import Row

COLUMNS: Final = (
    *("caller", "end_user", "to", "verdict", "rule", "source", "because", "count", "first", "last", "first_request"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: Report) -> str:
    """One row for each caller, workload and rule; no cell acts on the spreadsheet that opens it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in report.tally.rows.all():
        writer.writerow([harmless(cell) for cell in cells(report, row)])
    return out.getvalue()


def cells(report: Report, row: Row) -> tuple[str, ...]:
    """The cells of a row in the order of `COLUMNS`."""
    decider = row.decided_by
    place = Place(None, None) if decider is None else report.place(decider)
    return (
        NOT_KNOWN if row.caller is None else shown(row.caller) or NO_IDENTITY,
        shown(row.end_user or ""),
        row.to or "",
        row.verdict.value,
        rule_words(decider) if decider is not None else shown(row.reason or ""),
        shown(place.source or ""),
        shown(place.because or ""),
        str(row.count),
        shown(row.first or ""),
        shown(row.last or ""),
        shown(row.asked),
    )


def harmless(cell: str) -> str:
    """The cell as text: spreadsheets take what begins with such a character for a formula, even after blanks."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
