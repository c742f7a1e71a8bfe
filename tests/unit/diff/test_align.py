"""Entries of two lists that belong together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ztdsl.diff.align import Slot, aligned, differing

_ENTRIES = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), min_size=1), max_size=5)


def test_a_new_entry_is_one_difference() -> None:
    """What stands behind it has only moved."""
    old = [{"x": 1}, {"x": 2}]

    assert aligned(old, [{"x": 1}, {"y": 3}, {"x": 2}], is_set=False) == [Slot(0, 0), Slot(1, 2), Slot(None, 1)]


def test_entries_with_something_in_common_pair_up() -> None:
    """The most similar ones first, whatever their place."""
    old = [{"a": 1, "b": 2}, {"c": 3, "d": 4}]
    new = [{"c": 3, "d": 5}, {"a": 1, "b": 9}]

    assert aligned(old, new, is_set=True) == [Slot(0, 1), Slot(1, 0)]


def test_values_do_not_pair_up() -> None:
    """One text is gone, another is new."""
    assert aligned(["a", "b"], ["b", "c"], is_set=True) == [Slot(0, None), Slot(1, 0), Slot(None, 1)]


def test_order_counts_where_it_says_something() -> None:
    """A rule that changed places is one that went and one that came; a value is none."""
    assert len(aligned([{"x": 1}, {"y": 2}], [{"y": 2}, {"x": 1}], is_set=False)) == 3
    assert len(aligned(["x", "y"], ["y", "x"], is_set=True)) == 2


def test_only_what_differs_is_kept() -> None:
    """Equal parts are in neither tree."""
    before = {"same": [1], "rules": [{"to": [{"operation": {"methods": ["GET", "POST"]}}]}, {"x": 1}]}
    after = {"same": [1], "rules": [{"to": [{"operation": {"methods": ["POST", "PUT"]}}]}, {"x": 1}]}

    left, right = differing(before, after)

    assert left == {"rules": {Slot(0, 0): {"to": {Slot(0, 0): {"operation": {"methods": {Slot(0, None): "GET"}}}}}}}
    assert right == {"rules": {Slot(0, 0): {"to": {Slot(0, 0): {"operation": {"methods": {Slot(None, 1): "PUT"}}}}}}}


def test_a_repeated_value_is_no_difference() -> None:
    """It says nothing that the first one did not say."""
    assert differing({"ports": ["1", "1"], "paths": ["/a"]}, {"ports": ["1"], "paths": ["/b"]})[0] == {
        "paths": {Slot(0, None): "/a"}
    }


@given(_ENTRIES, _ENTRIES)
def test_every_entry_has_one_slot(before: list[dict[str, int]], after: list[dict[str, int]]) -> None:
    """Nothing is lost and nothing is told twice, as a set and as a list."""
    for is_set in (True, False):
        slots = aligned(before, after, is_set=is_set)
        assert sorted(each.before for each in slots if each.before is not None) == list(range(len(before)))
        assert sorted(each.after for each in slots if each.after is not None) == list(range(len(after)))


def test_long_lists_pair_in_order() -> None:
    """A square of their length would be too much."""
    old = [{"a": number} for number in range(200)]
    new = [{"a": -1 - number} for number in range(200)]

    assert aligned(old, new, is_set=False)[:2] == [Slot(0, 0), Slot(1, 1)]
