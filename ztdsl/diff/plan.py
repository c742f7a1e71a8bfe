"""What would be created, changed and deleted, and what stands beside it that is not ours.

Compares plain objects; reads nothing and asks nobody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ztdsl.diff.access_logs import LOGGING
from ztdsl.diff.change import Change, Key, Plan
from ztdsl.diff.compare import compared
from ztdsl.diff.fields import Pair, field_changes
from ztdsl.diff.managers import last_writer
from ztdsl.diff.normal import entry_key, in_order, normal_form
from ztdsl.diff.owners import claimed_by, is_ours, other_policy
from ztdsl.istio.kinds import DRY_RUN_ANNOTATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.diff.change import Ownership, Plain, Present, Wanted


def plan(wanted: Sequence[Wanted], live: Iterable[Present], owned: Ownership) -> Plan:
    """What applying `wanted` does to a cluster that holds `live`.

    Linear in the number of objects: those that are equal as they stand never get a normal form, those that are equal
    in normal form are not looked at further.
    """
    there = {each.key: each for each in live}
    pairs: list[tuple[Change, Pair]] = []
    changes: list[Change] = []
    same = 0
    for each in wanted:
        found = there.pop(each.key, None)
        if found is None:
            changes.append(_created(each))
            continue
        plain, before, key = each.plain, found.plain, Key(*each.key)
        owner = other_policy(before, owned)
        if owner is not None:
            conflict = Change("conflict", key, plain, before, declared_at=each.declared(""), claimed_by=owner)
            changes.append(_with_writer(conflict))
        elif (pair := compared(plain, before, each.declared)) is None:
            same += 1
        else:
            adopts = is_ours(plain, owned) and not is_ours(before, owned)
            changed = Change("change", key, plain, before, declared_at=each.declared(""), adopts=adopts)
            pairs.append((_with_writer(changed), pair))
    copies = _Copies(wanted)
    changes += (change for each in there.values() if (change := _unwanted(each, owned, copies)) is not None)
    changes += _explained(pairs)
    return Plan(tuple(sorted(changes, key=_order)), same)


def revisions(before: Iterable[Present], after: Sequence[Wanted]) -> Plan:
    """What lies between two sets of declared objects, where nothing is anybody else's."""
    there = {each.key: each for each in before}
    pairs: list[tuple[Change, Pair]] = []
    changes: list[Change] = []
    same = 0
    for each in after:
        found = there.pop(each.key, None)
        if found is None:
            changes.append(_created(each))
            continue
        plain, old = each.plain, found.plain
        pair = compared(plain, old, each.declared, is_whole=True)
        if pair is None:
            same += 1
        else:
            pairs.append((Change("change", Key(*each.key), plain, old, declared_at=each.declared("")), pair))
    changes += (Change("delete", Key(*key), None, old.plain) for key, old in there.items())
    changes += _explained(pairs)
    return Plan(tuple(sorted(changes, key=_order)), same)


def _created(wanted: Wanted) -> Change:
    return Change("create", Key(*wanted.key), wanted.plain, None, declared_at=wanted.declared(""))


def _explained(pairs: list[tuple[Change, Pair]]) -> Iterable[Change]:
    found = field_changes([pair for _, pair in pairs]) if pairs else []
    return [
        replace(change, fields=fields, before=in_order(pair.before), after=in_order(pair.after))
        for (change, pair), fields in zip(pairs, found, strict=True)
    ]


def _unwanted(present: Present, owned: Ownership, copies: _Copies) -> Change | None:
    """What a live object is that nobody declares here; None where it is no concern of ours."""
    key, live = Key(*present.key), present.plain
    if is_ours(live, owned):
        left = key.namespace not in owned.touched and key.namespace not in owned.former
        return _with_writer(Change("conflict" if left else "delete", key, None, live))
    if key.namespace not in owned.namespaces or (key.kind == LOGGING and not owned.logs):
        return None
    copy = copies.of(key, live)
    return _with_writer(Change("foreign", key, None, live, claimed_by=claimed_by(live), copy_of=copy))


def _with_writer(change: Change) -> Change:
    writer = last_writer(change.live or {})
    return replace(change, manager=writer.manager, changed_at=writer.time)


class _Copies:
    """The wanted objects by what they say; only those that may say what a foreign one says get a normal form."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._wanted = wanted
        self._near: dict[tuple[object, ...], list[Wanted]] | None = None

    def of(self, key: Key, live: Plain) -> Key | None:
        if self._near is None:
            self._near = {}
            for each in self._wanted:
                self._near.setdefault(_outline(Key(*each.key), each.plain), []).append(each)
        said = _said(live)
        near = self._near.get(_outline(key, live), ())
        return next((Key(*each.key) for each in near if _said(each.plain) == said), None)


def _outline(key: Key, plain: Plain) -> tuple[object, ...]:
    """What is equal for objects that say the same, and quickly found."""
    spec = plain.get("spec") or {}
    labels = (spec.get("selector") or {}).get("matchLabels") or {}
    return key.kind, key.namespace, repr(sorted(labels.items())), len(spec.get("rules") or ())


def _said(plain: Plain) -> tuple[bool, str]:
    form = normal_form(plain)
    return DRY_RUN_ANNOTATION in form["metadata"].get("annotations", {}), entry_key(form["spec"])


def _order(change: Change) -> tuple[str, str, str]:
    return change.key.namespace, change.key.kind, change.key.name
