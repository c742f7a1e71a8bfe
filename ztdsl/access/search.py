"""Every combination of values at once: which bits they can leave, and boxes of those that make a difference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ztdsl.access.choice import Choice
    from ztdsl.access.ground import Answer, Ground

Answers: TypeAlias = "tuple[Answer, Answer]"
MOST_STATES: Final = 20_000
MOST_BOXES: Final = 60


@dataclass
class Class:
    """Values of one axis that leave the same bits."""

    left: int
    choices: list[Choice] = field(default_factory=list)
    is_rest: bool = False

    @property
    def is_named(self) -> bool:
        """Whether rules name it: it has a value of theirs, and not the one that is like all that they do not name."""
        return not self.is_rest and any(choice.term is not None for choice in self.choices)


class Axis(NamedTuple):
    """One part of a request, and its values in classes; the first is the usual one."""

    name: str
    classes: tuple[Class, ...]


class Box(NamedTuple):
    """A set of requests that both sides answer alike differently.

    Attributes:
        answers: what the sides say.
        members: of each axis the classes of its requests, by index.
        point: the class that the box was grown from, of each axis.
    """

    answers: Answers
    members: tuple[frozenset[int], ...]
    point: tuple[int, ...]

    def holds(self, point: Sequence[int]) -> bool:
        """Whether it has the requests of these classes."""
        return all(at in some for at, some in zip(point, self.members, strict=True))


class Found(NamedTuple):
    """What a search found; `is_whole` tells whether it was not cut short."""

    boxes: tuple[Box, ...]
    is_whole: bool


def classed(name: str, choices: Iterable[tuple[int, Choice]]) -> Axis:
    """An axis of values with the bits that each leaves."""
    classes: dict[int, Class] = {}
    for left, choice in choices:
        found = classes.get(left)
        if found is None:
            found = classes[left] = Class(left, is_rest=not classes)
        found.choices.append(choice)
    return Axis(name, tuple(classes.values()))


def search(ground: Ground, axes: Sequence[Axis], begin: int) -> Found:
    """Boxes that hold a request for each way in which the sides differ.

    Args:
        ground: the rules.
        axes: the parts of requests; callers before what they ask for.
        begin: the bits that are left before any part is looked at.
    """
    boxes: list[Box] = []
    while True:
        points, is_whole = _points(ground, axes, begin, boxes)
        known = len(boxes)
        for answers, point in points:
            if any(box.answers == answers and box.holds(point) for box in boxes[known:]):
                continue
            if len(boxes) >= MOST_BOXES and any(box.answers == answers for box in boxes):
                is_whole = False
                continue
            boxes.append(_grown(ground, axes, begin, point, answers, boxes))
        if not is_whole or len(boxes) == known:
            return Found(tuple(boxes), is_whole)


def _points(
    ground: Ground, axes: Sequence[Axis], begin: int, boxes: Sequence[Box]
) -> tuple[list[tuple[Answers, tuple[int, ...]]], bool]:
    """Combinations of classes that the sides answer differently, one for each set of bits outside of all boxes."""
    states: dict[tuple[int, int], tuple[int, ...]] = {(begin, (1 << len(boxes)) - 1): ()}
    is_whole = True
    live = ground.live
    for at, axis in enumerate(axes):
        inside = [_bits(index in box.members[at] for box in boxes) for index in range(len(axis.classes))]
        after: dict[tuple[int, int], tuple[int, ...]] = {}
        for (left, within), point in states.items():
            for index, each in enumerate(axis.classes):
                after.setdefault((live(left & each.left), within & inside[index]), (*point, index))
        if len(after) > MOST_STATES:
            after = dict(list(after.items())[:MOST_STATES])
            is_whole = False
        states = after
    found = [
        (left, answers, point)
        for (left, within), point in states.items()
        if not within and (answers := ground.answers(left)) is not None
    ]
    found.sort(key=lambda each: -each[0].bit_count())
    return [(answers, point) for _, answers, point in found], is_whole


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << index for index, each in enumerate(flags) if each)


def _grown(
    ground: Ground,
    axes: Sequence[Axis],
    begin: int,
    point: tuple[int, ...],
    answers: Answers,
    boxes: Sequence[Box],
) -> Box:
    """The box around a point: what is asked for grows first, then the callers that no box before it has."""
    members = [frozenset((at,)) for at in point]
    for at in reversed(range(len(axes))):
        others = _products(
            ground, begin, [_lefts(axes[index], members[index]) for index in range(len(axes)) if index != at]
        )
        grown = set(members[at])
        for index, each in enumerate(axes[at].classes):
            if index in grown or any(ground.answers(ground.live(left & each.left)) != answers for left in others):
                continue
            row = [*members[:at], frozenset((index,)), *members[at + 1 :]]
            if not any(box.answers == answers and _within(row, box) for box in boxes):
                grown.add(index)
        members[at] = frozenset(grown)
    return Box(answers, tuple(members), point)


def _lefts(axis: Axis, members: Iterable[int]) -> set[int]:
    return {axis.classes[index].left for index in members}


def _products(ground: Ground, begin: int, lefts: Iterable[set[int]]) -> set[int]:
    """The bits that any combination leaves."""
    found = {begin}
    for some in lefts:
        found = {ground.live(left & each) for left in found for each in some}
    return found


def _within(row: Sequence[frozenset[int]], box: Box) -> bool:
    return all(some <= members for some, members in zip(row, box.members, strict=True))


def choices_of(axes: Sequence[Axis], box: Box) -> Iterator[Mapping[str, object]]:
    """Requests of a box, as their parts: that of the point first, then ones that differ from it in one class."""
    for point in _near(box):
        parts: dict[str, object] = {}
        for axis, index in zip(axes, point, strict=True):
            parts |= axis.classes[index].choices[0].parts
        yield parts


def _near(box: Box) -> Iterator[tuple[int, ...]]:
    yield box.point
    for at, some in enumerate(box.members):
        for index in sorted(some - {box.point[at]}):
            yield (*box.point[:at], index, *box.point[at + 1 :])
