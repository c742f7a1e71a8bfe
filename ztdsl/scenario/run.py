"""Scenarios put to a subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.scenario.report import ground_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.istio.evaluate import Explanation
    from ztdsl.scenario.scenario import Scenario
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.decision import Decider


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
        decided_by = "" if decider is None else f"{ground_line(subject, decider)} {_short(decider)}"
        passed = scenario.expected.is_met(explanation.decision, decided_by)
        yield Outcome(scenario, explanation, passed)
        if fail_fast and not passed:
            return


def _short(decider: Decider) -> str:
    rule = "" if decider.rule is None else f"#{decider.rule}"
    return f"{decider.namespace}/{decider.name}{rule}"
