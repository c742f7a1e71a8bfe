"""Texts on both sides of every pattern that a part of a request is compared with."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.access.wildcards import Form, filled, is_exact, meet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FILLERS: Final = ("x", "y", "z", "w", "v", "u", "t", "q7", "q8x", "q9xz")
_MOST_TOGETHER: Final = 24
_MOST_TRIPLES: Final = 6


class Named(NamedTuple):
    """A pattern, and what people call what it matches."""

    form: Form
    term: str


class Text(NamedTuple):
    """A text, and the name of the pattern that it was made of; None where no pattern names it."""

    text: str
    term: str | None


def fresh(patterns: Iterable[str]) -> str:
    """Characters that stand in none of `patterns`."""
    together = "\0".join(patterns)
    return next((each for each in _FILLERS if each not in together), "q0q0q0")


def texts(patterns: Sequence[Named], filler: str, fillers: Sequence[str] = (), shape: Form | None = None) -> list[Text]:
    """Texts that match each pattern, each pair and, where they are few, each three of them; the plainest first.

    Args:
        patterns: the patterns.
        filler: what wildcards become.
        fillers: what else they may become.
        shape: the form that all texts must have.
    """
    found: dict[str, str | None] = {}
    shapes = () if shape is None else (shape,)
    for form, term in patterns:
        if shape is not None:
            _keep(found, meet((form, shape), filler), term)
            continue
        for each in (filler,) if is_exact(form) else (filler, *fillers):
            _keep(found, filled(form, each), term)
    wild = [each for each in patterns if not is_exact(each.form)][:_MOST_TOGETHER]
    most = 3 if len(wild) <= _MOST_TRIPLES else 2
    for count in range(2, most + 1):
        for some in combinations(wild, count):
            text = meet((*(each.form for each in some), *shapes), filler)
            _keep(found, text, some[0].term)
    return [Text(text, term) for text, term in found.items()]


def _keep(found: dict[str, str | None], text: str | None, term: str) -> None:
    if text is not None:
        found.setdefault(text, term)
