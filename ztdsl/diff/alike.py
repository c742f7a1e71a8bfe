"""Openings and closings that are the same at many workloads, told once: a change for a whole namespace makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.diff.shown import Effect

_MOST: Final = 4


class Alike(NamedTuple):
    """Effects that differ in nothing but where they are.

    Attributes:
        first: the one whose request is shown.
        places: workloads with their ports, that of the first in front.
    """

    first: Effect
    places: tuple[str, ...]

    @property
    def where(self) -> str:
        """The places in words; the report for programs has each of them."""
        if len(self.places) <= _MOST:
            return "; ".join(self.places)
        return f"{'; '.join(self.places[: _MOST - 1])}; and {len(self.places) - _MOST + 1} more"


def alike(effects: Iterable[Effect]) -> list[Alike]:
    """The effects, those that differ only in where they are as one, in the order of the first of each."""
    found: dict[object, list[Effect]] = {}
    for each in effects:
        key = (each.kind, each.callers, each.what, each.before, each.after, each.caused_by, each.is_other_port)
        found.setdefault(key, []).append(each)
    return [Alike(each[0], tuple(effect.place for effect in each)) for each in found.values()]
