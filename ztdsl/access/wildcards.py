"""Texts that patterns with wildcards match: one for each way to fill them, and one for several patterns at once.

A form is a pattern taken apart: characters, and wildcards that stand for any characters or for those of one segment.
"""

from __future__ import annotations

import re
from collections import deque
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Wild(Enum):
    """A wildcard: any characters, or any but a slash."""

    ANY = "any"
    SEGMENT = "segment"


class _One(Enum):
    """One character but a slash."""

    CHARACTER = "character"


Form: TypeAlias = "tuple[str | Wild | _One, ...]"
_TEMPLATE: Final = re.compile(r"(\{\*\*\}|\{\*\})")
_MOST_STEPS: Final = 4000


def text_form(pattern: str) -> Form:
    """The form of one of Istio's string patterns: a star counts as the first, as the last, or as the only character."""
    if pattern == "*":
        return (Wild.ANY,)
    if pattern.startswith("*"):
        return (Wild.ANY, *pattern[1:])
    return (*pattern[:-1], Wild.ANY) if pattern.endswith("*") else tuple(pattern)


def path_form(pattern: str) -> Form:
    """The form of a value of `paths`, which may be a template."""
    pieces = _TEMPLATE.split(pattern)
    if len(pieces) == 1:
        return text_form(pattern)
    form: list[str | Wild | _One] = []
    for piece in pieces:
        if piece == "{*}":
            form += (_One.CHARACTER, Wild.SEGMENT)
        elif piece == "{**}":
            form.append(Wild.ANY)
        else:
            form += piece
    return tuple(form)


def every_star(pattern: str) -> Form:
    """The form of a pattern in which each star is a wildcard."""
    return tuple(Wild.ANY if char == "*" else char for char in pattern)


def is_exact(form: Form) -> bool:
    """Whether one text alone has the form."""
    return all(isinstance(each, str) for each in form)


def filled(form: Form, filler: str) -> str:
    """A text of the form whose wildcards are all `filler`, or its first segment where they are one."""
    made: list[str] = []
    segment = filler.partition("/")[0] or "x"
    for at, each in enumerate(form):
        if isinstance(each, str):
            made.append(each)
        elif each is Wild.ANY:
            made.append(filler)
        elif each is Wild.SEGMENT and at and form[at - 1] is _One.CHARACTER:
            continue
        else:
            made.append(segment)
    return "".join(made)


class _Steps(NamedTuple):
    """A form whose places are bits, the lowest for the first: all places that a text may have led to move at once.

    Attributes:
        form: the form.
        letters: the places of each character.
        exact: those of any character in particular.
        anything: those of wildcards for any characters.
        segments: those of wildcards for a segment.
        ones: those of one character but a slash.
    """

    form: Form
    letters: Mapping[str, int]
    exact: int
    anything: int
    segments: int
    ones: int

    @property
    def end(self) -> int:
        """The place behind the form."""
        return 1 << len(self.form)

    def begin(self) -> int:
        """The places before any character."""
        return self._closed(1)

    def moved(self, at: int, char: str) -> int:
        """The places after one more character."""
        stays, goes = self.anything, self.letters.get(char, 0)
        if char != "/":
            stays, goes = stays | self.segments, goes | self.ones
        return self._closed(at & stays | (at & goes) << 1)

    def _closed(self, at: int) -> int:
        """The places with those behind wildcards, which may stand for nothing."""
        wild = self.anything | self.segments
        while (more := (at & wild) << 1) & ~at:
            at |= more
        return at

    def expected(self, at: int) -> Iterator[str]:
        """The characters with which the form goes on, in the order of its places."""
        left = at & self.exact
        while left:
            yield str(self.form[(left & -left).bit_length() - 1])
            left &= left - 1


@lru_cache(1 << 12)
def _steps(form: Form) -> _Steps:
    letters: dict[str, int] = {}
    others = dict.fromkeys((Wild.ANY, Wild.SEGMENT, _One.CHARACTER), 0)
    for index, each in enumerate(form):
        if isinstance(each, str):
            letters[each] = letters.get(each, 0) | 1 << index
        else:
            others[each] |= 1 << index
    return _Steps(form, letters, sum(letters.values()), *others.values())


@lru_cache(1 << 12)
def meet(forms: tuple[Form, ...], filler: str) -> str | None:
    """A short text that has every one of `forms`; None where there is none, or the search for it takes too long."""
    only = next((form for form in forms if is_exact(form)), None)
    runs = [_steps(form) for form in forms if form is not only]
    if only is not None:
        text = "".join(map(str, only))
        return text if all(_has(run, text) for run in runs) else None
    return _searched(runs, filler[:1] or "x")


def _has(run: _Steps, text: str) -> bool:
    """Whether a text has the form."""
    at = run.begin()
    for char in text:
        at = run.moved(at, char)
        if not at:
            return False
    return bool(at & run.end)


def _searched(runs: Sequence[_Steps], filler: str) -> str | None:
    """The first text that has all forms, short ones tried first; `filler` is one more character for wildcards."""
    start = tuple(run.begin() for run in runs)
    queue = deque([(start, "")])
    seen = {start}
    steps = 0
    while queue and steps < _MOST_STEPS:
        steps += 1
        state, text = queue.popleft()
        if all(at & run.end for run, at in zip(runs, state, strict=True)):
            return text
        going_on = (char for run, at in zip(runs, state, strict=True) for char in run.expected(at))
        for char in dict.fromkeys((*going_on, filler)):
            after = tuple(run.moved(at, char) for run, at in zip(runs, state, strict=True))
            if all(after) and after not in seen:
                seen.add(after)
                queue.append((after, text + char))
    return None
