"""Rules with the tests already made that a whole group of requests shares; what is left is one function a rule.

All requests at a site have its port, and all requests of one caller its identity. The result is the same as without:
a test that is settled is only made once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ztdsl.istio.evaluate.attributes import Depends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ztdsl.istio.evaluate.attributes import Predicate
    from ztdsl.istio.evaluate.compile import Match, Test, Tests
    from ztdsl.istio.evaluate.facts import Facts

    Settle: TypeAlias = Callable[[Test], bool | None]
    Residue: TypeAlias = Predicate | bool


def settled_by(facts: Facts, *, knows_port: bool) -> Settle:
    """Settles tests of the identity of `facts`, and of its port where that is known."""

    def settle(test: Test) -> bool | None:
        if test.depends is Depends.IDENTITY or (test.depends is Depends.PORT and knows_port):
            return test.holds(facts)
        return None

    return settle


def settled_by_absence(facts: Facts, *, knows_port: bool) -> Settle:
    """Settles tests for callers that no exact principal names: they match none of those."""

    def settle(test: Test) -> bool | None:
        if test.depends is Depends.IDENTITY:
            return None if test.identities is None else test.is_negative
        return test.holds(facts) if test.depends is Depends.PORT and knows_port else None

    return settle


def residue(match: Match, settle: Settle) -> Residue:
    """What of a rule is left to test: a function, or the result where nothing is."""
    sources = _any(match.sources, settle)
    if sources is False:
        return False
    operations = _any(match.operations, settle)
    if operations is False or sources is True:
        return operations
    if operations is True:
        return sources
    return lambda facts: sources(facts) and operations(facts)


def _any(alternatives: Iterable[Tests], settle: Settle) -> Residue:
    left: list[Predicate] = []
    for tests in alternatives:
        found = _all(tests, settle)
        if found is True:
            return True
        if found is not False:
            left.append(found)
    if not left:
        return False
    if len(left) == 1:
        return left[0]
    return lambda facts: any(each(facts) for each in left)


def _all(tests: Iterable[Test], settle: Settle) -> Residue:
    left: list[Predicate] = []
    for test in tests:
        found = settle(test)
        if found is False:
            return False
        if found is None:
            left.append(_predicate(test))
    if not left:
        return True
    if len(left) == 1:
        return left[0]
    if len(left) == 2:  # noqa: PLR2004 - a method and a path, most of the time
        first, second = left
        return lambda facts: first(facts) and second(facts)
    return lambda facts: all(each(facts) for each in left)


def _predicate(test: Test) -> Predicate:
    matches = test.matches
    return (lambda facts: not matches(facts)) if test.is_negative else matches
