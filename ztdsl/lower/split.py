"""Objects that would be larger than Istio or the cluster takes are split, or stopped with a finding."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ztdsl.istio.size import CLIENT_SIDE_LIMIT, ETCD_LIMIT, rule_size
from ztdsl.traffic.mesh import ApplyMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ztdsl.istio.kinds import Condition, Operation, Rule, Source
    from ztdsl.traffic.mesh import Mesh

T = TypeVar("T")
P = TypeVar("P", "Source", "Operation")
MOST_RULES: Final = 512
MOST_SOURCES: Final = 512
# Names, labels and selectors have fixed limits of their own: this is more than they can take together.
HEAD: Final = 8192
# What the API server adds to an object (managedFields, status, uid) and what indentation of a list needs.
SERVER_SHARE: Final = 2


def budget(mesh: Mesh) -> int:
    """The bytes that the rules of one object may take together."""
    limit = CLIENT_SIDE_LIMIT if mesh.apply is ApplyMode.CLIENT_SIDE else ETCD_LIMIT // SERVER_SHARE
    return limit - HEAD


def packed(pairs: Sequence[tuple[Rule, T]], limit: int) -> Iterator[list[tuple[Rule, T]]]:
    """The rules in runs that fit into one object each, in their order."""
    run: list[tuple[Rule, T]] = []
    used = 0
    for pair in pairs:
        size = rule_size(pair[0]) + 1
        if run and (len(run) == MOST_RULES or used + size > limit):
            yield run
            run, used = [], 0
        run.append(pair)
        used += size
    if run:
        yield run


def fitting(rule: Rule, limit: int) -> tuple[Rule, ...] | None:
    """`rule` as rules of the same meaning that fit into one object each; None if it cannot be split further."""
    if rule_size(rule) < limit and len(rule.sources) <= MOST_SOURCES:
        return (rule,)
    halves = _halved_list(rule) or _halved_source(rule) or _halved_operation(rule) or _halved_condition(rule)
    if halves is None:
        return None
    found: list[Rule] = []
    for half in halves:
        parts = fitting(half, limit)
        if parts is None:
            return None
        found += parts
    return tuple(found)


def _halved_list(rule: Rule) -> tuple[Rule, Rule] | None:
    if len(rule.sources) > 1:
        left, right = _halves(rule.sources)
        return replace(rule, sources=left), replace(rule, sources=right)
    if len(rule.operations) > 1:
        one, other = _halves(rule.operations)
        return replace(rule, operations=one), replace(rule, operations=other)
    return None


def _halved_source(rule: Rule) -> tuple[Rule, Rule] | None:
    if not rule.sources:
        return None
    halves = _halved_fields(rule.sources[0])
    return halves and (replace(rule, sources=(halves[0],)), replace(rule, sources=(halves[1],)))


def _halved_operation(rule: Rule) -> tuple[Rule, Rule] | None:
    if not rule.operations:
        return None
    halves = _halved_fields(rule.operations[0])
    return halves and (replace(rule, operations=(halves[0],)), replace(rule, operations=(halves[1],)))


def _halved_fields(part: P) -> tuple[P, P] | None:
    """Two entries that together say what one says: any of its values will do, so the longest list is halved."""
    longest = max(
        (f.name for f in fields(part) if not f.name.startswith("not_")), key=lambda name: len(getattr(part, name))
    )
    values: tuple[str, ...] = getattr(part, longest)
    if len(values) < 2:  # noqa: PLR2004 - one value has no half
        return None
    left, right = _halves(values)
    changed: Any = replace  # a field is chosen by name, which `replace` cannot be typed for
    return changed(part, **{longest: left}), changed(part, **{longest: right})


def _halved_condition(rule: Rule) -> tuple[Rule, Rule] | None:
    for index, condition in enumerate(rule.conditions):
        if len(condition.values) > 1:
            left, right = _halves(condition.values)
            return _with_condition(rule, index, left), _with_condition(rule, index, right)
    return None


def _with_condition(rule: Rule, index: int, values: tuple[str, ...]) -> Rule:
    conditions: list[Condition] = list(rule.conditions)
    conditions[index] = replace(conditions[index], values=values)
    return replace(rule, conditions=tuple(conditions))


def _halves(values: tuple[T, ...]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    middle = len(values) // 2
    return values[:middle], values[middle:]


def packed_by_size(items: Iterable[T], size: Callable[[T], int], limit: int) -> Iterator[list[T]]:
    """The items in runs whose sizes add up to at most `limit`; an item that is larger stands alone."""
    run: list[T] = []
    used = 0
    for item in items:
        cost = size(item) + 1
        if run and used + cost > limit:
            yield run
            run, used = [], 0
        run.append(item)
        used += cost
    if run:
        yield run
