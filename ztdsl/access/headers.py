"""Lines of one header on both sides of every test of it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from ztdsl.access.choice import HEADER, Choice
from ztdsl.access.texts import Named, fresh, texts
from ztdsl.access.wildcards import text_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.access.ground import Ground

AMONG_OTHERS: Final = " among others"
AMONG_WORDS: Final = " among other words"
_MOST_LINES: Final = 8


def lines(ground: Ground, axis: str) -> Iterator[Choice]:
    """The header is absent, empty, or has one line or two of what its tests tell apart."""
    header = axis[len(HEADER) :]
    patterns = tuple(dict.fromkeys(value for test in ground.tests(axis) for value in test.values))
    other = fresh(patterns)
    named = texts([Named(text_form(each), each) for each in patterns], other, ("",))
    yield Choice({axis: ()})
    yield Choice({axis: (other,)}, f"header {header}")
    yield Choice({axis: ("",)}, f"an empty header {header}")
    for text, term in named:
        yield Choice({axis: (text,)}, f"header {header}: {term}")
    for (one, first), (two, second) in combinations(named[:_MOST_LINES], 2):
        yield Choice({axis: (one, two)}, f"header {header}: {first} and {second}")
    for text, term in named:
        yield Choice({axis: (text, other)}, f"header {header}: {term}{AMONG_OTHERS}")
