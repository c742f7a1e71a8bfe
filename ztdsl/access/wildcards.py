"""Texts that patterns with wildcards match: one for each way to fill them, and one for several patterns at once.

A form is a pattern taken apart: characters, and wildcards that stand for any characters or for those of one segment.
"""

from __future__ import annotations

import re
from collections import deque
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence


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


@lru_cache(1 << 14)
def meet(forms: tuple[Form, ...], filler: str) -> str | None:
    """A short text that has every one of `forms`; None where there is none, or the search for it takes too long."""
    start = tuple(_closed(form, 1) for form in forms)
    done = tuple(1 << len(form) for form in forms)
    queue = deque([(start, "")])
    seen = {start}
    steps = 0
    while queue and steps < _MOST_STEPS:
        steps += 1
        state, text = queue.popleft()
        if all(at & end for at, end in zip(state, done, strict=True)):
            return text
        for char in _expected(forms, state, filler):
            after = tuple(_moved(form, at, char) for form, at in zip(forms, state, strict=True))
            if all(after) and after not in seen:
                seen.add(after)
                queue.append((after, text + char))
    return None


def _expected(forms: Sequence[Form], state: Sequence[int], filler: str) -> dict[str, None]:
    """The characters with which one of the forms goes on, and one for wildcards."""
    found = {
        each: None
        for form, at in zip(forms, state, strict=True)
        for index, each in enumerate(form)
        if isinstance(each, str) and at >> index & 1
    }
    return {**found, filler[:1] or "x": None}


def _moved(form: Form, at: int, char: str) -> int:
    """The places in `form` after one more character, as bits."""
    after = 0
    for index, each in enumerate(form):
        if not at >> index & 1:
            continue
        if each is Wild.ANY or (each is Wild.SEGMENT and char != "/"):
            after |= 1 << index
        elif each == char or (each is _One.CHARACTER and char != "/"):
            after |= 1 << index + 1
    return _closed(form, after)


def _closed(form: Form, at: int) -> int:
    """The places with those behind wildcards, which may stand for nothing."""
    for index, each in enumerate(form):
        if isinstance(each, Wild) and at >> index & 1:
            at |= 1 << index + 1
    return at
