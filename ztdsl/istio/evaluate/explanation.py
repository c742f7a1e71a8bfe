"""Why a request met its verdict: what allows it, what denies it, and what came nearest to allowing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.istio.evaluate.facts import LackingFactError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.evaluate.compile import Test, Tests
    from ztdsl.istio.evaluate.facts import Facts
    from ztdsl.istio.evaluate.policies import Dropped, Policies, StagedRule
    from ztdsl.traffic.decision import Decider, Decision


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


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and its surroundings.

    Attributes:
        decision: the decision.
        matching: the rules that matched in the stage that decided: every rule that allows, or that denies.
        misses: of a refusal for want of an ALLOW rule, the rules that could have allowed, the nearest first.
        attached: every object that applies to the workload.
    """

    decision: Decision
    matching: tuple[Decider, ...] = ()
    misses: tuple[Miss, ...] = ()
    attached: tuple[Decider, ...] = ()


def misses(policies: Policies, facts: Facts) -> tuple[Miss, ...]:
    """The enforced ALLOW rules with the tests that they fail, by the number of those."""
    found = [Miss(rule.decider, _failures(rule, facts)) for rule in policies.allow]
    found.extend(Miss(each.decider, (_left_out(each),)) for each in policies.dropped)
    return tuple(sorted(found, key=lambda miss: len(miss.failed)))


def _left_out(dropped: Dropped) -> Failure:
    return Failure(dropped.attribute, (), f"Istio leaves the rule out: {dropped.why}")


def _failures(rule: StagedRule, facts: Facts) -> tuple[Failure, ...]:
    return (*_fewest(rule.match.sources, facts), *_fewest(rule.match.operations, facts))


def _fewest(alternatives: Iterable[Tests], facts: Facts) -> tuple[Failure, ...]:
    """The failures of the alternative that fails least."""
    return min((_failed(tests, facts) for tests in alternatives), key=len)


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
