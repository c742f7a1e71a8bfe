"""Which fields of an object differ: each with its pointer, both values, its declaration and its last writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ztdsl.diff.align import Slot, differing
from ztdsl.diff.managers import writer_of
from ztdsl.istio.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference of two versions of an object.

    Attributes:
        pointer: a JSON pointer (RFC 6901) to the part; list entries by their place in what is wanted, those that are to
            go by their place in what is live.
        before: the live value; None where the part is not there.
        after: the wanted value; None where the part is to go.
        declared_at: `file:line` of the declaration behind the part or the part around it; None where there is none.
        manager: who last wrote the live part, as it calls itself; None where the server recorded nobody.
        changed_at: when that was (RFC 3339).
    """

    pointer: str
    before: object
    after: object
    declared_at: str | None = None
    manager: str | None = None
    changed_at: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of one object that differ.

    Attributes:
        before: the live object in canonical form.
        after: the wanted one.
        live: the live object as the server gives it.
        declared: from a pointer into the wanted object to its declaration.
    """

    before: Plain
    after: Plain
    live: Plain
    declared: Callable[[str], str | None]


def field_changes(pairs: Sequence[Pair]) -> list[tuple[FieldChange, ...]]:
    """The differences of each pair, in the order of the fields."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - takes longer to import than to compare, and clean runs need none

    if not pairs:
        return []
    trees = [differing(pair.before, pair.after) for pair in pairs]
    before = {number: tree[0] for number, tree in enumerate(trees)}
    after = {number: tree[1] for number, tree in enumerate(trees)}
    # one call for all pairs: what it costs to begin is more than what a pair costs
    found = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0, verbose_level=2)
    paths: list[list[tuple[tuple[Any, ...], object, object]]] = [[] for _ in pairs]
    for levels in found.values():
        for level in levels:
            number, *path = level.path(output_format="list")
            paths[number].append((tuple(path), _value(level.t1), _value(level.t2)))
    return [tuple(_sorted(_changes(pair, each))) for pair, each in zip(pairs, paths, strict=True)]


def _changes(
    pair: Pair, paths: Iterable[tuple[tuple[Any, ...], object, object]]
) -> Iterator[tuple[tuple[Any, ...], FieldChange]]:
    for path, before, after in paths:
        writer = writer_of(pair.live, _live(path))
        change = FieldChange(_shown(path), before, after, pair.declared(_wanted(path)), writer.manager, writer.time)
        yield _order(path), change


def _sorted(changes: Iterable[tuple[tuple[Any, ...], FieldChange]]) -> Iterator[FieldChange]:
    return (change for _, change in sorted(changes, key=lambda pair: pair[0]))


def _order(path: tuple[Any, ...]) -> tuple[tuple[int, str], ...]:
    """Fields by name, entries by their place; of one place what goes stands before what comes."""
    return tuple((_rank(part), "") if isinstance(part, Slot) else (0, str(part)) for part in path)


def _rank(slot: Slot) -> int:
    return 2 * slot.after + 1 if slot.after is not None else 2 * (slot.before or 0)


def _shown(path: tuple[Any, ...]) -> str:
    return pointer(*[_index(part) if isinstance(part, Slot) else part for part in path])


def _index(slot: Slot) -> int:
    return slot.after if slot.after is not None else slot.before or 0


def _wanted(path: tuple[Any, ...]) -> str:
    """The pointer into the wanted object, or to the nearest part around that is there."""
    return _up_to_absent(path, lambda slot: slot.after)


def _live(path: tuple[Any, ...]) -> str:
    """The pointer into the live object; a new entry belongs to whoever wrote its list."""
    return _up_to_absent(path, lambda slot: slot.before)


def _up_to_absent(path: tuple[Any, ...], at: Callable[[Slot], int | None]) -> str:
    """The pointer along `path` as far as its entries are there, each where `at` says it is."""
    parts: list[str | int] = []
    for part in path:
        place = at(part) if isinstance(part, Slot) else part
        if place is None:
            break
        parts.append(place)
    return pointer(*parts)


def _value(value: object) -> object:
    """A value as it stands in an object: an absent one is None, as is what DeepDiff marks as not there."""
    return None if type(value).__name__ == "NotPresent" else value
