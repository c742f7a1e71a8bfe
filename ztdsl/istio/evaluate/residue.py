"""Rules with the tests already made that a whole group of requests shares; what is left is one function.

All requests at a site have its port, and all requests of one caller its identity. The result is the same as without:
a test that is settled is only made once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ztdsl.istio.evaluate.attributes import Depends
from ztdsl.istio.evaluate.identities import one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ztdsl.istio.evaluate.attributes import Predicate
    from ztdsl.istio.evaluate.compile import Match, Test, Tests
    from ztdsl.istio.evaluate.facts import Facts

    Settle: TypeAlias = Callable[[Test], bool | None]
    Residue: TypeAlias = Predicate | bool

_FEW: Final = 4


def settled_by(facts: Facts, *, knows_port: bool) -> Settle:
    """Settles tests of the identity of `facts`, and of its port where that is known."""

    def settle(test: Test) -> bool | None:
        if test.depends is Depends.IDENTITY or (test.depends is Depends.PORT and knows_port):
            return test.holds(facts)
        return None

    return settle


def settled_by_port(facts: Facts, *, knows_port: bool) -> Settle:
    """Settles tests of the port of `facts`, where it is known."""

    def settle(test: Test) -> bool | None:
        return test.holds(facts) if test.depends is Depends.PORT and knows_port else None

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
    sources = any_part(match.sources, settle)
    if sources is False:
        return False
    operations = any_part(match.operations, settle)
    if operations is False or sources is True:
        return operations
    if operations is True:
        return sources
    return both(sources, operations)


def any_part(part: Iterable[Tests], settle: Settle) -> Residue:
    """What is left of the sources or of the operations of a rule, of which any must hold."""
    left: list[Predicate] = []
    for tests in part:
        found = _all(tests, settle)
        if found is True:
            return True
        if found is not False:
            left.append(found)
    if not left:
        return False
    return one_of(left)


def _all(tests: Iterable[Test], settle: Settle) -> Residue:
    left: list[Predicate] = []
    for test in tests:
        found = settle(test)
        if found is False:
            return False
        if found is None:
            left.append(predicate(test))
    return all_of(left) or True


def all_of(tests: Sequence[Predicate]) -> Predicate | None:
    """One predicate for all of `tests`; None for none.

    Few tests are a call in a call, which costs less than a loop.
    """
    if len(tests) <= 1:
        return tests[0] if tests else None
    if len(tests) <= _FEW:
        return both(all_of(tests[:-1]) or tests[0], tests[-1])
    return lambda facts: all(each(facts) for each in tests)


def predicate(test: Test) -> Predicate:
    """The test as a predicate of its own."""
    matches = test.matches
    return (lambda facts: not matches(facts)) if test.is_negative else matches


def both(first: Predicate, second: Predicate) -> Predicate:
    """One predicate for two."""
    return lambda facts: first(facts) and second(facts)
