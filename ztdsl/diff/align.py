"""Which entries of two versions of a list belong together, so that one new rule is one difference and not twenty."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from ztdsl.diff.access_logs import LOGS, may_be_reordered
from ztdsl.diff.normal import CHOICES, VALUES, entry_key, ordered

_LISTS: Final = CHOICES | VALUES


class Slot(NamedTuple):
    """The place of an entry of a list, before and after; None where it is not there."""

    before: int | None
    after: int | None


def differing(before: Any, after: Any, key: str = "") -> tuple[Any, Any]:  # noqa: ANN401 - parts of objects
    """Both values with only those parts that differ; lists are mappings from `Slot`s to entries.

    What stands on one side only is given whole, its lists as they are.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = [(name, name, before.get(name), after.get(name)) for name in {**before, **after}]
        return _parts(pairs, before, after)
    if isinstance(before, list) and isinstance(after, list):
        slots = aligned(before, after, is_set=_is_set(key, before, after))
        if key in VALUES:  # a repetition says nothing
            slots = [each for each in slots if not _is_repeated(each, before, after)]
        return _entries(slots, before, after)
    return before, after


def _is_set(key: str, before: list[Any], after: list[Any]) -> bool:
    if key == LOGS and before and after:
        return all(map(may_be_reordered, (before, after))) and _meaning(before[-1]) == _meaning(after[-1])
    return key in _LISTS


def _is_repeated(slot: Slot, before: list[Any], after: list[Any]) -> bool:
    if slot.before is None:
        return slot.after is not None and after[slot.after] in before
    return before[slot.before] in after


def _parts(pairs: list[tuple[Any, str, Any, Any]], before: Any, after: Any) -> tuple[Any, Any]:  # noqa: ANN401
    left: dict[Any, Any] = {}
    right: dict[Any, Any] = {}
    for name, key, old, new in pairs:
        if name not in before:
            right[name] = new
        elif name not in after:
            left[name] = old
        elif _meaning(old, key) != _meaning(new, key):
            left[name], right[name] = differing(old, new, key)
    return left, right


def _entries(slots: list[Slot], before: list[Any], after: list[Any]) -> tuple[Any, Any]:
    left: dict[Slot, Any] = {}
    right: dict[Slot, Any] = {}
    for slot in slots:
        if slot.after is None:
            left[slot] = before[slot.before or 0]
        elif slot.before is None:
            right[slot] = after[slot.after]
        elif _meaning(before[slot.before]) != _meaning(after[slot.after]):
            left[slot], right[slot] = differing(before[slot.before], after[slot.after])
    return left, right


def aligned(before: list[Any], after: list[Any], *, is_set: bool) -> list[Slot]:
    """Equal entries first; of what is left, entries of rules pair up by what they have in common, values do not.

    For a list whose order counts, equal entries pair only in order: what has moved is gone from one place and new in
    another.
    """
    old, new = [_meaning(each) for each in before], [_meaning(each) for each in after]
    pairs = _equal_anywhere(old, new) if is_set else _equal_in_order(old, new)
    left = [index for index in range(len(before)) if index not in pairs]
    taken = set(pairs.values())
    right = [index for index in range(len(after)) if index not in taken]
    if before and after and isinstance(before[0], dict) and isinstance(after[0], dict):
        # equal entries that are still alone have changed places, which is to be told
        pairs |= _alike(left, right, before, after, _equal_pairs(left, right, old, new))
    taken = set(pairs.values())
    slots = [Slot(index, pairs.get(index)) for index in range(len(before))]
    return slots + [Slot(None, index) for index in right if index not in taken]


def _equal_in_order(old: list[str], new: list[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _equal_anywhere(old: list[str], new: list[str]) -> dict[int, int]:
    free: dict[str, list[int]] = {}
    for index in reversed(range(len(new))):
        free.setdefault(new[index], []).append(index)
    return {index: free[text].pop() for index, text in enumerate(old) if free.get(text)}


def _equal_pairs(left: list[int], right: list[int], old: list[str], new: list[str]) -> set[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for j in right:
        places.setdefault(new[j], []).append(j)
    return {(i, j) for i in left for j in places.get(old[i], ())}


def _alike(
    left: list[int], right: list[int], before: list[Any], after: list[Any], moved: set[tuple[int, int]]
) -> dict[int, int]:
    """The most similar pairs first; long lists pair in order, which costs no square of their length."""
    if len(left) * len(right) > _MOST_COMPARED:
        return {i: j for i, j in zip(left, right, strict=False) if (i, j) not in moved}
    words = {index: _words(before[index]) for index in left}
    others = {index: _words(after[index]) for index in right}
    common = {(i, j): len(words[i] & others[j]) for i in left for j in right if (i, j) not in moved}
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for i, j in sorted(common, key=lambda pair: (-common[pair], abs(pair[0] - pair[1]), pair)):
        if common[i, j] and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


_MOST_COMPARED: Final = 10_000


def _words(value: Any, path: str = "") -> set[str]:  # noqa: ANN401 - parts of objects
    if isinstance(value, dict):
        return {word for key, inner in value.items() for word in _words(inner, f"{path}/{key}")}
    if isinstance(value, list):
        return {word for inner in value for word in _words(inner, path)}
    return {f"{path}={value!r}"}


def _meaning(value: Any, key: str = "") -> str:  # noqa: ANN401 - parts of objects
    return entry_key(ordered(value, key))
