"""A log run through the policies, line after line, in memory that does not grow with the log.

Most lines of a log say the same of the same callers. Equal lines are decided once, counted together, and put into the
books when there are too many different ones to remember.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ztdsl.auditing.undecided import Undecided
from ztdsl.log.json_line import facts_of, line_of_facts
from ztdsl.log.line import LogLine, Unreadable, dated
from ztdsl.log.read import LogReader

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from ztdsl.auditing.judged import Judge, Judged
    from ztdsl.auditing.tally import Tally

_MOST_GROUPS: Final = 1 << 14
_LONGEST: Final = 1 << 12
"""What is remembered of lines must not fill the memory: 64 MiB of text at the most."""
_OPEN: Final = b"{"
_ZTUNNEL: Final = b'"scope"'

_Group: TypeAlias = list[Any]
"""How many lines, the earliest time, the latest time, and what they come to: `Judged`, or why they come to nothing."""


def replay(lines: Iterable[bytes], judge: Judge, tally: Tally) -> None:
    """Decide every line and put it into the books."""
    _Replay(judge, tally).run(lines)


class _Replay:
    """One run."""

    def __init__(self, judge: Judge, tally: Tally) -> None:
        self._judge, self._tally = judge, tally
        self._groups: dict[Hashable, _Group] = {}
        self._reader = LogReader()

    def run(self, lines: Iterable[bytes]) -> None:
        """Decide every line; the loop is one function because calls cost time here."""
        known, with_addresses = self._groups.get, self._judge.reads_addresses
        for text in lines:
            if text[:1] != _OPEN or _ZTUNNEL in text:
                self._other(text)
                continue
            try:
                facts, time = facts_of(text, with_addresses=with_addresses)
            except Unreadable as unreadable:
                self._tally.unreadable(unreadable.reason)
                continue
            group = known(facts)
            if group is None:
                group = self._new(facts, text, time, None)
            group[0] += 1
            if time is not None:
                if time > group[2]:
                    group[2] = time
                    if group[1] is _LATEST:  # the lines before had no time
                        group[1] = time
                elif time < group[1]:
                    group[1] = time
        self._book_all()

    def _other(self, text: bytes) -> None:
        """Decide a line that is not in the JSON of an access log."""
        try:
            line = self._reader.read(text)
        except Unreadable as unreadable:
            self._tally.unreadable(unreadable.reason)
            return
        if line is None:
            return
        key, time = _key(line), dated(line.time or "")
        group = self._groups.get(key) or self._new(key, text, time, line)
        group[0] += 1
        if time is not None:
            group[1], group[2] = min(group[1], time), max(group[2], time)

    def _new(self, key: Hashable, text: bytes, time: str | None, line: LogLine | None) -> _Group:
        """The group of the first line of its kind; that of a long line is put into the books with the next one."""
        if len(self._groups) >= _MOST_GROUPS:
            self._book_all()
        group = [0, time or _LATEST, time or "", self._come_to(key, line)]
        self._groups[key if len(text) <= _LONGEST else _LONG] = group if len(text) <= _LONGEST else self._long(group)
        return group

    def _long(self, group: _Group) -> _Group:
        """The group of a long line in the one place for such; the one that was there before is done with."""
        before = self._groups.get(_LONG)
        if before is not None:
            self._book(before)
        return group

    def _come_to(self, key: Any, line: LogLine | None) -> Judged | Undecided | Unreadable:  # noqa: ANN401 - facts, where there is no line
        try:
            return self._judge.judge(line_of_facts(key) if line is None else line)
        except (Undecided, Unreadable) as reason:
            return reason

    def _book_all(self) -> None:
        for group in self._groups.values():
            self._book(group)
        self._groups.clear()

    def _book(self, group: _Group) -> None:
        count, first, last, came_to = group
        if isinstance(came_to, Unreadable):
            self._tally.unreadable(came_to.reason, count)
        elif isinstance(came_to, Undecided):
            self._tally.no_decision(came_to.reason, count)
        else:
            self._tally.decided(came_to, count, first if last else None, last or None)


_LATEST: Final = "\uffff"
"""Later than any time, for a group of which none is known."""
_LONG: Final = "long"


def _key(line: LogLine) -> Hashable:
    """What lines have in common that come to the same."""
    return (
        line.outcome,
        line.direction,
        line.called,
        line.identity,
        line.method,
        line.path,
        line.host,
        line.is_plaintext,
        line.source_ip,
        line.remote_ip,
        line.server_name,
        line.tried,
        None if line.headers is None else tuple(line.headers.items()),
        None if line.claims is None else repr(line.claims),
    )
