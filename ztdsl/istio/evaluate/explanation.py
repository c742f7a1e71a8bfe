"""Why a request met its verdict: what allows it, what denies it, and what came nearest to allowing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.evaluate.facts import LackingFactError
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.evaluate.compile import Test, Tests
    from ztdsl.istio.evaluate.facts import Facts
    from ztdsl.istio.evaluate.policies import Dropped, Policies, StagedRule
    from ztdsl.traffic.decision import Decider, Decision

_PLACES: Final = frozenset({"ports", "notPorts", "destination.port", "destination.port (notValues)"})
"""What tests the port."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One test that a request does not pass.

    Attributes:
        attribute: the field or key as the manifest names it; `notPaths`, and `source.ip (notValues)`, are negative.
        expected: the values of which one had to match; of a negative test, none.
        found: what the request has; None where it has nothing there.
    """

    attribute: str
    expected: tuple[str, ...]
    found: str | None


@dataclass(frozen=True, slots=True)
class Miss:
    """A rule that would have allowed the request, and the least that would have to differ."""

    decider: Decider
    failed: tuple[Failure, ...]

    @property
    def is_elsewhere(self) -> bool:
        """Whether the rule is about another port: no other request there would have been allowed by it."""
        return _distance(self.failed)[0]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and its surroundings.

    Attributes:
        decision: the decision.
        matching: the rules that matched in the stage that decided: every rule that allows, or that denies.
        misses: of a refusal for want of an ALLOW rule, the rules that could have allowed, the nearest first: those
            about the port that was asked before those about others, which nothing in a request but its place meets.
        attached: every object that applies to the workload.
    """

    decision: Decision
    matching: tuple[Decider, ...] = ()
    misses: tuple[Miss, ...] = ()
    attached: tuple[Decider, ...] = ()


def misses(policies: Policies, facts: Facts) -> tuple[Miss, ...]:
    """The enforced ALLOW rules with the tests that they fail, the nearest first."""
    found = [Miss(rule.decider, _failures(rule, facts)) for rule in policies.allow]
    found.extend(Miss(each.decider, (_left_out(each),)) for each in policies.dropped)
    return tuple(sorted(found, key=lambda miss: _distance(miss.failed)))


def _left_out(dropped: Dropped) -> Failure:
    return Failure(dropped.attribute, (), f"Istio leaves the rule out: {dropped.why}")


def _failures(rule: StagedRule, facts: Facts) -> tuple[Failure, ...]:
    return (*_fewest(rule.match.sources, facts), *_fewest(rule.match.operations, facts))


def _fewest(alternatives: Iterable[Tests], facts: Facts) -> tuple[Failure, ...]:
    """The failures of the alternative that fails least, if there is one among those about the same port."""
    return min((_failed(tests, facts) for tests in alternatives), key=_distance)


def _distance(failed: tuple[Failure, ...]) -> tuple[bool, int]:
    return any(failure.attribute in _PLACES for failure in failed), len(failed)


def _failed(tests: Tests, facts: Facts) -> tuple[Failure, ...]:
    return tuple(failure for failure in (_failure(test, facts) for test in tests) if failure is not None)


def _failure(test: Test, facts: Facts) -> Failure | None:
    try:
        if test.holds(facts):
            return None
        found = test.found(facts)
    except LackingFactError as lacking:
        found = f"not known: {lacking}"
    return Failure(test.attribute, test.values, found)
