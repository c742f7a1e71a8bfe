"""Grants that nobody used, and why the log may not be enough to say so.

A grant is used by a line when it is the rule that lets its request in. It is called unused only where all of these
hold: the log reaches over the whole window; it has lines of requests that were let in at the grant's workload, and that
no rule of AUDIT or of a dry run marks, so that it is no log of refusals alone; and no undecided line may have used it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from ztdsl.quick import dataclass
from ztdsl.traffic.request import Http, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ztdsl.auditing.judged import Policies
    from ztdsl.auditing.tally import Seen, Tally
    from ztdsl.traffic.decision import Decider


class Use(StrEnum):
    """What the log says of a grant."""

    USED = "used"
    UNUSED = "unused"
    TOO_SHORT = "not used so far"
    UNSEEN = "not seen"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Grant:
    """A rule that allows.

    Attributes:
        rule: the rule.
        use: what the log says of it.
        count: how many lines it decided.
        last: the time of the last one.
        why: why it is neither used nor unused.
    """

    rule: Decider
    use: Use
    count: int = 0
    last: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a log covers.

    Attributes:
        needed: how long it must be for a grant to be called unused.
        first: the earliest time; None where the log has none that can be read.
        last: the latest time.
    """

    needed: timedelta
    first: datetime | None
    last: datetime | None

    @property
    def covered(self) -> timedelta | None:
        """How long it is."""
        return None if self.first is None or self.last is None else self.last - self.first

    @property
    def is_enough(self) -> bool:
        """Whether grants may be called unused."""
        return self.covered is not None and self.covered >= self.needed


def window_of(tally: Tally, needed: timedelta) -> Window:
    """The time that the books cover."""
    return Window(needed, _time(tally.first), _time(tally.last))


def grants_of(policies: Policies, rules: Iterable[Decider], tally: Tally, window: Window) -> tuple[Grant, ...]:
    """Every rule of `rules`, which allow, with what the log says of it."""
    seen = _by_object(policies, tally.seen)
    return tuple(_grant(rule, seen.get(_object(rule), (0, 0)), tally, window) for rule in rules)


def _grant(rule: Decider, seen: tuple[int, int], tally: Tally, window: Window) -> Grant:
    count, last = tally.rules.get(rule, (0, None))
    if count:
        return Grant(rule, Use.USED, count, last)
    let_in, undecided = seen
    if not let_in:
        return Grant(rule, Use.UNSEEN, why="the log has no request that its workload let in")
    if undecided or tally.lost:
        where = f"{undecided} at its workload" if undecided else f"{tally.lost} of unknown workloads"
        return Grant(rule, Use.UNCERTAIN, why=f"undecided lines may have used it: {where}")
    if not window.is_enough:
        return Grant(rule, Use.TOO_SHORT, why="the log does not cover the window")
    return Grant(rule, Use.UNUSED)


def _by_object(policies: Policies, seen: Mapping[str, Seen]) -> dict[Decider, tuple[int, int]]:
    """For each object, the lines of the workloads that it applies to: those let in, and those undecided."""
    found: dict[Decider, tuple[int, int]] = {}
    for each in seen.values():
        probe = Request(each.destination, None, Tls.NONE, http=Http("GET", "/", None, {}))
        for attached in policies.explain(probe).attached:
            let_in, undecided = found.get(attached, (0, 0))
            found[attached] = (let_in + each.let_in, undecided + each.undecided)
    return found


def _object(rule: Decider) -> Decider:
    return type(rule)(rule.kind, rule.namespace, rule.name)


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time
