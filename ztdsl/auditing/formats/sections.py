"""The parts of an audit that people read, in their order: the text and the Markdown show the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ztdsl.auditing.grants import Use
from ztdsl.auditing.report import Place, caller_words, deciding_words, rule_words, span_words
from ztdsl.log.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ztdsl.auditing.report import Report
    from ztdsl.auditing.tally import Row, Rows
    from ztdsl.traffic.decision import Decider

MOST_ROWS = 50


class Section(NamedTuple):
    """A heading, what the columns are, rows of cells, and what is said below them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def summary(report: Report) -> tuple[str, ...]:
    """What was read, and over which time."""
    tally, window = report.tally, report.window
    decided, undecided = tally.rows.count, sum(tally.undecided.values())
    passed_over, not_read = sum(tally.passed_over.values()), sum(tally.not_read.values())
    counts = f"{decided:,} decided, {undecided:,} undecided, {passed_over:,} about no decision, {not_read:,} not read"
    lines = [f"{tally.lines:,} lines: {counts}"]
    if window.first is None or window.last is None or window.covered is None:
        lines.append("the log has no times that can be read")
    else:
        span = span_words(window.covered)
        lines.append(f"from {window.first:%Y-%m-%d %H:%M} to {window.last:%Y-%m-%d %H:%M} UTC: {span}")
    return tuple(lines)


def sections(report: Report) -> Iterator[Section]:
    """Every part that says something."""
    tally, place = report.tally, report.place
    yield from _filled(_decisions(report))
    yield _grants(report)
    yield from _filled(_access("Who reached what", tally.rows, place))
    if report.new_place is not None:
        refused = _access("What the new version would refuse", tally.refused, report.new_place)
        nothing = () if refused.rows else ("it refuses nothing that was let in",)
        yield refused._replace(notes=(*refused.notes, *nothing, *_open(tally.new_undecided)))
    yield from _filled(_access("Let in without identity", tally.anonymous, place))
    yield from _filled(_access("The log says the opposite of the policies", tally.disagreeing, place))
    yield from _filled(_counts("Undecided", tally.undecided))
    yield from _filled(_counts("About no decision", tally.passed_over))
    yield from _filled(_counts("Not read", tally.not_read))


def _filled(section: Section) -> Iterator[Section]:
    if section.rows:
        yield section


def _decisions(report: Report) -> Section:
    tally = report.tally
    found = sorted(tally.rules.items(), key=lambda item: (-item[1][0], rule_words(item[0])))
    rows = tuple((f"{count:,}", rule_words(rule), *_place(report.place(rule))) for rule, (count, _) in found)
    nothing = sum(row.count for row in tally.rows.all() if row.decided_by is None)
    notes = (f"{nothing:,} more by no rule: nothing matched",) if nothing else ()
    return Section("Decisions by rule", ("lines", "rule", "source", "because"), rows, notes)


def _grants(report: Report) -> Section:
    """Grants without use; that they are unused is said only where the log is enough to say it."""
    window = report.window
    idle = [grant for grant in report.grants if grant.use is not Use.USED]
    rows = tuple((grant.use.value, rule_words(grant.rule), *_place(report.place(grant.rule))) for grant in idle)
    notes = [f"{len(report.grants) - len(idle)} of {len(report.grants)} grants are used"]
    if not window.is_enough:
        covered = "no time that can be read" if window.covered is None else span_words(window.covered)
        notes.append(
            f"the log covers {covered}, and {span_words(window.needed)} are needed to call a grant unused (--window)"
        )
    notes.extend(
        sorted({f"{grant.use.value}: {grant.why}" for grant in idle if grant.why and grant.use is not Use.TOO_SHORT})
    )
    return Section("Grants without use", ("use", "rule", "source", "because"), rows, tuple(notes))


def _access(title: str, rows: Rows, place: Callable[[Decider], Place]) -> Section:
    found = rows.all()
    cells = tuple(_row(row, place) for row in found[:MOST_ROWS])
    more = len(found) - len(cells)
    notes = [f"{more:,} more rows: -o json lists all"] if more > 0 else []
    if rows.others:
        notes.append(f"{rows.others:,} more lines of callers that are too many to keep")
    columns = ("lines", "verdict", "caller", "to", "because", "source", "first request")
    return Section(title, columns, cells, tuple(notes))


def _row(row: Row, place: Callable[[Decider], Place]) -> tuple[str, ...]:
    source = "" if row.decided_by is None else shown(place(row.decided_by).source or "")
    to = row.to or "not known"
    return (f"{row.count:,}", row.verdict.value, caller_words(row), to, deciding_words(row), source, shown(row.asked))


def _counts(title: str, counts: Mapping[str, int]) -> Section:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Section(title, ("lines", "because"), tuple((f"{count:,}", shown(reason)) for reason, count in ordered))


def _open(counts: Mapping[str, int]) -> tuple[str, ...]:
    """What the new version leaves open."""
    count = sum(counts.values())
    return (f"{count:,} lines are undecided under it",) if count else ()


def _place(place: Place) -> tuple[str, str]:
    return shown(place.source or ""), shown(place.because or "")
