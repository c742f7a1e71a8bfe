"""The books of an audit: counts by rule, by caller and by reason, in as much memory as there are rules and callers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from ztdsl.traffic.decision import Decider, Verdict

if TYPE_CHECKING:
    from ztdsl.auditing.judged import Answered, Judged
    from ztdsl.log import Outcome
    from ztdsl.traffic.request import Destination

_MOST_ROWS: Final = 20_000
_MOST_REASONS: Final = 200
OTHERS: Final = "others, of which there are too many to list"

RowKey: TypeAlias = tuple[str | None, str | None, str | None, Verdict, Decider | None, str | None]


@dataclass(slots=True)
class Row:
    """Who asked whom for something, and by which rule that is decided.

    Attributes:
        caller: the identity; empty for a caller without one, None where it is not known.
        end_user: the request principal; empty without a token, None where it is not known.
        to: the workload with its port; None where it is not known.
        verdict: what the policies say.
        decided_by: what decides.
        reason: why, where nothing decides.
        count: how many lines.
        first: the earliest time.
        last: the latest time.
        asked: the first request in words.
    """

    caller: str | None
    end_user: str | None
    to: str | None
    verdict: Verdict
    decided_by: Decider | None
    reason: str | None
    count: int = 0
    first: str | None = None
    last: str | None = None
    asked: str = ""

    def add(self, count: int, first: str | None, last: str | None, asked: str) -> None:
        """Count lines that say the same."""
        self.count += count
        self.asked = self.asked or asked
        self.first = first if self.first is None else min(self.first, first or self.first)
        self.last = last if self.last is None else max(self.last, last or self.last)


class Rows:
    """Rows by what they say; a log that has too many different ones does not fill the memory.

    Attributes:
        others: how many lines are in no row.
    """

    def __init__(self) -> None:
        self._rows: dict[RowKey, Row] = {}
        self.others = 0

    def add(self, judged: Judged, answer: Answered, count: int, first: str | None, last: str | None) -> None:
        """Count lines under what they come to."""
        key = (judged.caller, judged.end_user, judged.to, answer.verdict, answer.decided_by, answer.reason)
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= _MOST_ROWS:
                self.others += count
                return
            row = self._rows[key] = Row(*key)
        row.add(count, first, last, judged.asked)

    def all(self) -> tuple[Row, ...]:
        """Every row, the most frequent first."""
        return tuple(sorted(self._rows.values(), key=_order))

    @property
    def count(self) -> int:
        """How many lines there are."""
        return self.others + sum(row.count for row in self._rows.values())


def _order(row: Row) -> tuple[object, ...]:
    decider = row.decided_by
    rule = ("", "", "", -1) if decider is None else (decider.kind, decider.namespace, decider.name, decider.rule or 0)
    return (-row.count, row.to or "", row.caller or "", row.end_user or "", row.verdict.value, rule, row.reason or "")


@dataclass(slots=True)
class Seen:
    """What the log has of one workload.

    Attributes:
        destination: one of its ports.
        let_in: lines of requests that were let in, and that a log of refusals would not have.
        undecided: lines that no rule could be named for.
    """

    destination: Destination
    let_in: int = 0
    undecided: int = 0


@dataclass(slots=True)
class Tally:
    """The books.

    Attributes:
        lines: lines that were read, empty ones and parts of others aside.
        rows: who reached whom by which rule, or was kept out by which.
        rules: for each thing that decided, how many lines, and the latest time; without lines that say otherwise.
        undecided: lines that lack something, by what that is.
        passed_over: lines that no policy decided, by why.
        not_read: lines of no known format, by why.
        outcomes: what the log says became of the requests.
        disagreeing: where the log says the opposite of the policies.
        anonymous: callers without an identity that were let in.
        refused: what a new version would refuse.
        new_undecided: lines that the new version does not decide, though the present one does.
        seen: what the log has of each workload.
        lost: undecided lines of which not even the workload is known.
        first: the earliest time.
        last: the latest time.
    """

    lines: int = 0
    rows: Rows = field(default_factory=Rows)
    rules: dict[Decider, tuple[int, str | None]] = field(default_factory=dict)
    undecided: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    not_read: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    disagreeing: Rows = field(default_factory=Rows)
    anonymous: Rows = field(default_factory=Rows)
    refused: Rows = field(default_factory=Rows)
    new_undecided: Counter[str] = field(default_factory=Counter)
    seen: dict[str, Seen] = field(default_factory=dict)
    lost: int = 0
    first: str | None = None
    last: str | None = None

    def unreadable(self, reason: str, count: int = 1) -> None:
        """Count lines of no known format."""
        self.lines += count
        _add(self.not_read, reason, count)

    def no_decision(self, reason: str, count: int) -> None:
        """Count lines that no policy decided."""
        self.lines += count
        _add(self.passed_over, reason, count)

    def decided(self, judged: Judged, count: int, first: str | None, last: str | None) -> None:
        """Count lines under what they come to."""
        self.lines += count
        self.outcomes[judged.outcome] += count
        if first is not None and last is not None:
            self.first = first if self.first is None else min(self.first, first)
            self.last = last if self.last is None else max(self.last, last)
        answer = judged.answer
        self._see(judged, count)
        if answer.verdict is Verdict.UNKNOWN:
            _add(self.undecided, answer.reason or "", count)
        else:
            self.rows.add(judged, answer, count, first, last)
        if answer.decided_by is not None and not judged.disagrees:
            before, latest = self.rules.get(answer.decided_by, (0, None))
            self.rules[answer.decided_by] = (before + count, max(filter(None, (latest, last)), default=None))
        if judged.disagrees:
            self.disagreeing.add(judged, answer, count, first, last)
        if judged.caller == "" and answer.verdict is Verdict.ALLOW:
            self.anonymous.add(judged, answer, count, first, last)
        self._compare(judged, count, first, last)

    def _see(self, judged: Judged, count: int) -> None:
        is_undecided = judged.answer.verdict is Verdict.UNKNOWN
        if judged.destination is None or judged.to is None:
            self.lost += count if is_undecided else 0
            return
        seen = self.seen.setdefault(judged.to, Seen(judged.destination))
        # A refusal uses no grant, whatever else is not known of it.
        if is_undecided and not judged.outcome.is_refusal:
            seen.undecided += count
        if judged.is_ordinary:
            seen.let_in += count

    def _compare(self, judged: Judged, count: int, first: str | None, last: str | None) -> None:
        new = judged.new
        if new is None:
            return
        if judged.is_newly_refused:
            self.refused.add(judged, new, count, first, last)
        if new.verdict is Verdict.UNKNOWN:
            _add(self.new_undecided, new.reason or "", count)


def _add(counter: Counter[str], reason: str, count: int) -> None:
    is_known = reason in counter or len(counter) < _MOST_REASONS
    counter[reason if is_known else OTHERS] += count
