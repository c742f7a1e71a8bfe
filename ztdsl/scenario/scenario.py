"""One question with its expected answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Span
    from ztdsl.traffic.decision import Decider, Decision
    from ztdsl.traffic.request import Request


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of an answer.

    Attributes:
        verdict: exactly this one; None where only `may` counts.
        may: whether the request succeeds; None where `verdict` says it.
        status: the HTTP status that the client sees; None where it does not matter.
        by: what decides: words of the rule's reason, or the whole of `namespace/name` or `namespace/name#rule`.
    """

    verdict: Verdict | None
    may: bool | None
    status: int | None = None
    by: str | None = None

    def words(self) -> str:
        """The expectation as a report says it."""
        said = [str(self.verdict) if self.verdict is not None else "may" if self.may else "may not"]
        said += [f"status {self.status}"] if self.status is not None else []
        said += [f"by `{self.by}`"] if self.by is not None else []
        return ", ".join(said)

    def is_met(self, decision: Decision, because: str | None) -> bool:
        """Whether `decision` is what was expected; `because` is the reason of the rule that decided.

        An unknown verdict is neither a yes nor a no.
        """
        if self.verdict is not None:
            is_right = decision.verdict is self.verdict
        else:
            is_right = decision.verdict is not Verdict.UNKNOWN and (decision.verdict is Verdict.ALLOW) is self.may
        is_right = is_right and self.status in {None, decision.status}
        return is_right and (self.by is None or self.by in (because or "") or self.by in _names(decision.decided_by))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A request with what is expected of it.

    Attributes:
        name: what reports call it; unique in its file.
        request: what is asked.
        expected: what the answer should be.
        span: where it stands.
    """

    name: str
    request: Request
    expected: Expectation
    span: Span


def _names(decider: Decider | None) -> tuple[str, ...]:
    """What an object, and a rule of it, can be called."""
    if decider is None:
        return ()
    name = f"{decider.namespace}/{decider.name}"
    return (name,) if decider.rule is None else (name, f"{name}#{decider.rule}")
