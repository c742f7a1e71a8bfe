"""Whether a rule matches when some facts are not given: yes, no, or it depends on a fact that is lacking.

Three-valued logic (Kleene): an alternative that fails on known facts fails whatever the lacking ones are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ztdsl.istio.evaluate.facts import LackingFactError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.evaluate.compile import Match, Test
    from ztdsl.istio.evaluate.facts import Facts

Truth: TypeAlias = bool | LackingFactError
"""True, False, or the lacking fact that it depends on."""


def truth(match: Match, facts: Facts) -> Truth:
    """Whether a rule matches."""
    return every(some(every(_test(test, facts) for test in tests) for tests in part) for part in _parts(match))


def _parts(match: Match) -> tuple[tuple[tuple[Test, ...], ...], ...]:
    return (match.sources, match.operations)


def _test(test: Test, facts: Facts) -> Truth:
    try:
        return test.holds(facts)
    except LackingFactError as lacking:
        return lacking


def every(truths: Iterable[Truth]) -> Truth:
    """Whether all hold: false if one is, else what is lacking, if anything is."""
    result: Truth = True
    for each in truths:
        if each is False:
            return False
        if each is not True:
            result = each
    return result


def some(truths: Iterable[Truth]) -> Truth:
    """Whether one holds: true if one does, else what is lacking, if anything is."""
    result: Truth = False
    for each in truths:
        if each is True:
            return True
        if each is not False:
            result = each
    return result
