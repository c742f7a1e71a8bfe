"""Which rules the scenarios exercise: each by a request that succeeds and by one that does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.scenario.run import Outcome
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.decision import Decider


KIND: Final = "AuthorizationPolicy"


@dataclass(frozen=True, slots=True)
class Covered:
    """One rule: whether a scenario succeeds, and whether one fails, because of it or past it."""

    rule: Decider
    allowing: bool
    refusing: bool

    @property
    def is_whole(self) -> bool:
        """Whether both sides of the rule are exercised."""
        return self.allowing and self.refusing


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every enforced rule in the order of the manifests."""

    rules: tuple[Covered, ...]

    @property
    def missing(self) -> tuple[Covered, ...]:
        """The rules of which a side is never exercised."""
        return tuple(each for each in self.rules if not each.is_whole)

    @property
    def percent(self) -> float:
        """The share of rules whose both sides are exercised; 100 where there are none."""
        return 100.0 * (1 - len(self.missing) / len(self.rules)) if self.rules else 100.0


def coverage(subject: Subject, outcomes: Iterable[Outcome]) -> Coverage:
    """What `outcomes` exercise.

    An ALLOW rule is exercised by a request that it matches and that succeeds, and by one to its workload and its port
    that is refused because neither it nor another ALLOW rule of the workload matches. Only of a rule that asks for
    nothing but a port, a request to another port is the other side. A DENY rule is exercised by a request that it
    matches, and by one that it leaves alone and that succeeds.
    """
    allowing: set[Decider] = set()
    refusing: set[Decider] = set()
    of_ports = subject.rules_of_ports()
    denials: dict[tuple[str, str], list[Decider]] = {}
    for rule, allows in subject.rules():
        if not allows:
            denials.setdefault((rule.namespace, rule.name), []).append(rule)
    for outcome in outcomes:
        explanation = outcome.explanation
        matching = set(explanation.matching)
        if explanation.decision.verdict is Verdict.ALLOW:
            allowing |= matching
            for policy in explanation.attached:
                if policy.kind == KIND:
                    allowing.update(denials.get((policy.namespace, policy.name), ()))
        elif explanation.decision.verdict is not Verdict.UNKNOWN:
            refusing |= matching
            refusing.update(
                miss.decider for miss in explanation.misses if not miss.is_elsewhere or miss.decider in of_ports
            )
    return Coverage(tuple(Covered(rule, rule in allowing, rule in refusing) for rule, _ in subject.rules()))
