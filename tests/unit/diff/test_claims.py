"""Findings about a whole comparison."""

from __future__ import annotations

from ztdsl.diff import Change, Key, Plan
from ztdsl.diff.change import Wanted
from ztdsl.diff.claims import without_objects

WANTED = Wanted(("PeerAuthentication", "shop", "default"), dict)
FOREIGN = Change("foreign", Key("PeerAuthentication", "web", "other"), None, {})


def test_a_namespace_with_nothing_to_compare_is_told() -> None:
    """Once, and not one with something declared, or with something live that differs."""
    found = without_objects(["shop", "web", "shpo", "shpo"], [WANTED], Plan((FOREIGN,), 1))

    assert [each.code for each in found] == ["ZT734"]
    assert "`shpo`" in found[0].message
    assert without_objects([], [WANTED], Plan((), 1)) == []
