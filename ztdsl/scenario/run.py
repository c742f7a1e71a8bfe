"""Scenarios put to a subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.istio.evaluate import Explanation
    from ztdsl.scenario.scenario import Scenario
    from ztdsl.scenario.subject import Subject


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario and the answer that it got."""

    scenario: Scenario
    explanation: Explanation
    passed: bool


def run(subject: Subject, scenarios: Iterable[Scenario], *, fail_fast: bool = False) -> Iterator[Outcome]:
    """The outcome of each scenario, in order; with `fail_fast` nothing after the first failure.

    Raises:
        Disagreement: a policy's own meaning is another one than that of its manifests: a mistake in `ztc`.
    """
    for scenario in scenarios:
        explanation = subject.explain(scenario.request)
        decider = explanation.decision.decided_by
        because = None if decider is None else subject.ground(decider).because
        passed = scenario.expected.is_met(explanation.decision, because)
        yield Outcome(scenario, explanation, passed)
        if fail_fast and not passed:
            return
