"""An audit as JSON, whose form `docs/reference/access-logs.md` documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ztdsl.log.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ztdsl.auditing.grants import Grant
    from ztdsl.auditing.report import Place, Report
    from ztdsl.auditing.tally import Row, Rows
    from ztdsl.traffic.decision import Decider

SCHEMA: Final = "ztdsl/audit/v1"


def as_json(report: Report) -> str:
    """The whole audit as one JSON object, with its end of line."""
    return json.dumps(document(report), indent=2) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The whole audit as plain data."""
    tally, window, place = report.tally, report.window, report.place
    covered = window.covered
    plain: dict[str, Any] = {
        "schema": SCHEMA,
        "lines": {
            "read": tally.lines,
            "decided": tally.rows.count,
            "undecided": sum(tally.undecided.values()),
            "passed_over": sum(tally.passed_over.values()),
            "not_read": sum(tally.not_read.values()),
        },
        "window": {
            "first": None if window.first is None else window.first.isoformat(),
            "last": None if window.last is None else window.last.isoformat(),
            "seconds": None if covered is None else int(covered.total_seconds()),
            "needed_seconds": int(window.needed.total_seconds()),
            "is_enough": window.is_enough,
        },
        "undecided": _counts(tally.undecided),
        "passed_over": _counts(tally.passed_over),
        "not_read": _counts(tally.not_read),
        "outcomes": {outcome.value: count for outcome, count in sorted(tally.outcomes.items())},
        "decisions": [
            {"rule": _rule(rule, place), "count": count, "last": _text(last)}
            for rule, (count, last) in sorted(tally.rules.items(), key=_most_first)
        ],
        "grants": [_grant(grant, place) for grant in report.grants],
        "access": _rows(tally.rows, place),
        "without_identity": _rows(tally.anonymous, place),
        "disagreeing": _rows(tally.disagreeing, place),
    }
    if report.new_place is not None:
        plain["refused_by_new"] = _rows(tally.refused, report.new_place)
        plain["undecided_by_new"] = _counts(tally.new_undecided)
    return plain


def _most_first(item: tuple[Decider, tuple[int, str | None]]) -> tuple[object, ...]:
    rule, (count, _) = item
    return (-count, rule.kind, rule.namespace, rule.name, rule.rule or 0)


def _counts(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"reason": shown(reason), "count": count} for reason, count in ordered]


def _rows(rows: Rows, place: Callable[[Decider], Place]) -> dict[str, Any]:
    return {"rows": [_row(row, place) for row in rows.all()], "others": rows.others}


def _row(row: Row, place: Callable[[Decider], Place]) -> dict[str, Any]:
    return {
        "caller": None if row.caller is None else shown(row.caller),
        "end_user": None if row.end_user is None else shown(row.end_user),
        "to": row.to,
        "verdict": row.verdict.value,
        "decided_by": None if row.decided_by is None else _rule(row.decided_by, place),
        "reason": None if row.reason is None else shown(row.reason),
        "count": row.count,
        "first": _text(row.first),
        "last": _text(row.last),
        "first_request": shown(row.asked),
    }


def _grant(grant: Grant, place: Callable[[Decider], Place]) -> dict[str, Any]:
    return {
        "rule": _rule(grant.rule, place),
        "use": grant.use.value,
        "count": grant.count,
        "last": _text(grant.last),
        "why": grant.why,
    }


def _rule(decider: Decider, place: Callable[[Decider], Place]) -> dict[str, Any]:
    source, because = place(decider)
    return {
        "kind": decider.kind,
        "namespace": decider.namespace,
        "name": decider.name,
        "rule": decider.rule,
        "source": source,
        "because": because,
    }


def _text(text: str | None) -> str | None:
    return None if text is None else shown(text)
