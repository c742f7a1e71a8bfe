"""The rules of both sides of a change at one port, as bits that the values of a request clear.

Each source and each operation of a rule is one bit: it stays set while every test of it holds. Parts of a request clear
bits independently of each other, so that what the whole request meets is what all of its parts leave set.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ztdsl.access.choice import request_of
from ztdsl.access.tested import PORT, read_by
from ztdsl.istio.evaluate.facts import Facts, LackingFactError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ztdsl.access.side import Side
    from ztdsl.istio.evaluate.compile import Test, Tests
    from ztdsl.istio.evaluate.policies import StagedRule
    from ztdsl.traffic.request import Destination


class Answer(IntEnum):
    """What one side says."""

    NO = 0
    YES = 1
    UNKNOWN = 2


Doubts: TypeAlias = frozenset[tuple[object, ...]]
"""The rules that an unknown answer depends on."""


class _Rule(NamedTuple):
    """A rule: the bits of its sources and of its operations, and what makes it the same rule as another."""

    sources: int
    operations: int
    key: tuple[object, ...]


class _Staged(NamedTuple):
    """A rule of one side, its stage, and what makes it the same rule as another."""

    stage: str
    rule: StagedRule
    key: tuple[object, ...]


class _Stages(NamedTuple):
    """The rules of one side."""

    custom: tuple[_Rule, ...]
    deny: tuple[_Rule, ...]
    allow: tuple[_Rule, ...]
    has_allow: bool


class _Clears(NamedTuple):
    """A test, and the bits that are cleared where it fails."""

    test: Test
    bits: int


class Ground:
    """One port on both sides.

    Attributes:
        sides: before and after.
        is_shared: whether both see the same of every request.
        is_same: whether they have the same rules besides.
        unsure: bits of which it is not known whether they are left.
        whole: every bit.
    """

    def __init__(self, sides: tuple[Side, Side]) -> None:
        self.sides = sides
        self.is_shared = sides[0].looks_like(sides[1])
        self._bits: dict[tuple[object, ...], int] = {}
        self._clears: tuple[dict[str, dict[tuple[int, bool], _Clears]], ...] = ({}, {})
        self.unsure = 0
        self.is_same = False
        self._accepted = (1, 2)
        self._count = 2
        rules = self._relevant()
        self._stages = tuple(self._staged(at, side, rules[at]) for at, side in enumerate(sides))
        self.whole = (1 << self._count) - 1
        rules_of = (rule for stages in self._stages for some in stages[:3] for rule in some)
        self._pairs = tuple(dict.fromkeys((rule.sources, rule.operations) for rule in rules_of))
        self._live: dict[int, int] = {}
        self._answers: dict[int, tuple[Answer, Answer] | None] = {}

    @property
    def axes(self) -> list[str]:
        """What some test reads."""
        return list(dict.fromkeys(axis for clears in self._clears for axis in clears))

    def tests(self, axis: str) -> Iterator[Test]:
        """The different tests of one part of a request."""
        for clears in self._clears:
            for each in clears.get(axis, {}).values():
                yield each.test

    def left(self, axis: str, facts: Sequence[Facts | None]) -> int:
        """The bits that are left where a part of the request is as in `facts`, one for each side; None is refused."""
        left = self.whole
        for at, each in enumerate(facts):
            if each is None:
                left &= ~self._accepted[at]
        for at, clears in enumerate(self._clears):
            seen = facts[at] if not self.is_shared else facts[0]
            if seen is not None:
                left &= ~self._cleared(clears.get(axis, {}).values(), seen)
        return left

    def at_port(self, to: Destination) -> int:
        """The bits that a port leaves."""
        request = request_of(to, {})
        return self.left(PORT, [Facts(request, side.setting) for side in self.sides])

    def _cleared(self, tests: Iterable[_Clears], facts: Facts) -> int:
        cleared = 0
        for test, bits in tests:
            try:
                if not test.holds(facts):
                    cleared |= bits
            except LackingFactError:
                self.unsure |= bits
        return cleared

    def _relevant(self) -> tuple[list[_Staged], list[_Staged]]:
        """The rules of each side without those that no request meets on which the sides may differ.

        Where both sides see requests alike and deny alike what nothing allows, they differ only on requests that meet a
        rule of one side alone. A rule of both does not matter if it is about other identities than all of these.
        """
        before, after = (_rules_of(side) for side in self.sides)
        has_allow = {side.policies.has_allow for side in self.sides}
        if not self.is_shared or len(has_allow) > 1:
            return before, after
        keys = ({each.key for each in before}, {each.key for each in after})
        apart = keys[0] ^ keys[1]
        self.is_same = not apart
        named: set[str] = set()
        for each in (*before, *after):
            if each.key in apart:
                identities = _identities(each.rule)
                if identities is None:
                    return before, after
                named |= identities
        old, new = (
            [each for each in some if each.key in apart or _overlaps(each.rule, named)] for some in (before, after)
        )
        return old, new

    def _staged(self, at: int, side: Side, rules: Iterable[_Staged]) -> _Stages:
        stages: dict[str, list[_Rule]] = {"CUSTOM": [], "DENY": [], "ALLOW": []}
        for each in rules:
            match = each.rule.match
            made = _Rule(self._part(at, match.sources), self._part(at, match.operations), each.key)
            stages[each.stage].append(made)
        custom, deny, allow = (tuple(some) for some in stages.values())
        return _Stages(custom, deny, allow, side.policies.has_allow)

    def _part(self, at: int, part: Iterable[Tests]) -> int:
        return sum({self._bit(at, tests) for tests in part})

    def _bit(self, at: int, tests: Tests) -> int:
        side = 0 if self.is_shared else at
        key = (side, *_keys(tests))
        bit = self._bits.get(key)
        if bit is None:
            bit = self._bits[key] = 1 << self._count
            self._count += 1
            for test in tests:
                clears = self._clears[side].setdefault(read_by(test.attribute).axis, {})
                known = clears.get((id(test.matches), test.is_negative))
                clears[id(test.matches), test.is_negative] = _Clears(test, bit if known is None else known.bits | bit)
        return bit

    def live(self, left: int) -> int:
        """The bits that still matter: those of rules of which a source and an operation are left.

        Both sides answer the same with and without the others, whatever more is cleared.
        """
        found = self._live.get(left)
        if found is None:
            found = left & (self._accepted[0] | self._accepted[1])
            for rule_sources, rule_operations in self._pairs:
                sources, operations = left & rule_sources, left & rule_operations
                if sources and operations:
                    found |= sources | operations
            self._live[left] = found
        return found

    def answers(self, left: int) -> tuple[Answer, Answer] | None:
        """What both sides say where these bits are left; None where they say the same."""
        try:
            return self._answers[left]
        except KeyError:
            (before, why), (after, other) = (self._answer(at, left) for at in (0, 1))
            is_same = before is after and (before is not Answer.UNKNOWN or why == other)
            found = self._answers[left] = None if is_same else (before, after)
            return found

    def _answer(self, at: int, left: int) -> tuple[Answer, Doubts]:
        stages = self._stages[at]
        if not left & self._accepted[at]:
            return Answer.NO, frozenset()
        sure = left & ~self.unsure
        denied = _matching(stages.deny, left)
        if any(each.sources & sure and each.operations & sure for each in denied):
            return Answer.NO, frozenset()
        allowed = _matching(stages.allow, left)
        if stages.has_allow and not allowed:
            return Answer.NO, frozenset()
        asked = _matching(stages.custom, left)
        is_sure = any(each.sources & sure and each.operations & sure for each in allowed)
        if not denied and not asked and (is_sure or not stages.has_allow):
            return Answer.YES, frozenset()
        some = [*denied, *asked, *(() if is_sure or not stages.has_allow else allowed)]
        return Answer.UNKNOWN, frozenset(each.key for each in some)


def _matching(rules: Iterable[_Rule], left: int) -> list[_Rule]:
    return [each for each in rules if each.sources & left and each.operations & left]


def _keys(tests: Iterable[Test]) -> tuple[tuple[str, int, bool], ...]:
    """What makes tests the same: their values are one object where they are equal."""
    return tuple((read_by(test.attribute).axis, id(test.matches), test.is_negative) for test in tests)


def _key(part: Iterable[Tests]) -> tuple[object, ...]:
    return tuple(_keys(tests) for tests in part)


def _rules_of(side: Side) -> list[_Staged]:
    """The rules that decide, with those of external authorizers told apart by their names."""
    policies = side.policies
    found: list[_Staged] = []
    for stage, rules in (
        ("CUSTOM", (*policies.custom, *policies.custom_dry_run)),
        ("DENY", policies.deny),
        ("ALLOW", policies.allow),
    ):
        for rule in rules:
            kind = rule.name if stage == "CUSTOM" else stage
            found.append(_Staged(stage, rule, (kind, _key(rule.match.sources), _key(rule.match.operations))))
    return found


def _identities(rule: StagedRule) -> frozenset[str] | None:
    """The identities that alone can meet a rule; None where it names none exactly."""
    found: set[str] = set()
    for tests in rule.match.sources:
        exact = [each.identities for each in tests if each.identities is not None and not each.is_negative]
        if not exact:
            return None
        found |= exact[0]
    return frozenset(found)


def _overlaps(rule: StagedRule, named: set[str]) -> bool:
    identities = _identities(rule)
    return identities is None or not named.isdisjoint(identities)
