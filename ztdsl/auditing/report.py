"""What an audit found, with the places of rules in the user's files: what every format shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.auditing.grants import Use
from ztdsl.log.shown import shown
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from ztdsl.auditing.grants import Grant, Window
    from ztdsl.auditing.tally import Row, Tally
    from ztdsl.traffic.decision import Decider

NO_IDENTITY: Final = "without identity"
NOT_KNOWN: Final = "not known"
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR


class Place(NamedTuple):
    """Where a rule stands in the user's files, as `file:line`, and why it is there."""

    source: str | None
    because: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """An audit.

    Attributes:
        tally: the books.
        window: the time that the log covers.
        grants: every rule that allows.
        place: where a rule stands.
        new_place: where a rule of the new version stands; None where there is no new version.
    """

    tally: Tally
    window: Window
    grants: tuple[Grant, ...]
    place: Callable[[Decider], Place]
    new_place: Callable[[Decider], Place] | None

    @property
    def unused(self) -> tuple[Grant, ...]:
        """The grants that may be called unused."""
        return tuple(each for each in self.grants if each.use is Use.UNUSED)


def rule_words(decider: Decider) -> str:
    """A rule in words: its object and its number."""
    rule = "" if decider.rule is None else f" rule {decider.rule}"
    return f"{decider.kind} {decider.namespace}/{decider.name}{rule}"


def caller_words(row: Row) -> str:
    """Who asked: the identity, and the end user where there is one."""
    caller = NOT_KNOWN if row.caller is None else shown(row.caller) or NO_IDENTITY
    return f"{caller} for {shown(row.end_user)}" if row.end_user else caller


def deciding_words(row: Row) -> str:
    """What decides: the rule, or why none does."""
    return f"by {rule_words(row.decided_by)}" if row.decided_by is not None else shown(row.reason or "no rule matches")


def span_words(span: timedelta) -> str:
    """A time in the units that people count in, such as `29 days 4 hours`."""
    seconds = int(span.total_seconds())
    if seconds >= 2 * _DAY:
        days, hours = divmod(seconds // _HOUR, 24)
        return f"{_many(days, 'day')} {_many(hours, 'hour')}" if hours else _many(days, "day")
    return _many(seconds // _HOUR, "hour") if seconds >= 2 * _HOUR else _many(seconds // 60, "minute")


def _many(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
