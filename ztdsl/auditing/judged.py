"""What a group of equal lines comes to: who called whom, what the log says happened, and what policies say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ztdsl.auditing.request import request_of
from ztdsl.auditing.undecided import Lack, Undecided
from ztdsl.istio.evaluate.facts import LackingFactError
from ztdsl.log import Outcome
from ztdsl.quick import dataclass
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from ztdsl.auditing.places import Places
    from ztdsl.auditing.tested import Tested
    from ztdsl.istio.evaluate import Explanation
    from ztdsl.log import LogLine
    from ztdsl.traffic.decision import Decider, Decision
    from ztdsl.traffic.request import Destination, Request


class Policies(Protocol):
    """What decides requests."""

    def decide(self, request: Request) -> Decision:
        """What happens to `request`."""

    def explain(self, request: Request) -> Explanation:
        """What happens to `request`, and which rules stand near it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What one version of the policies says of the lines.

    Attributes:
        verdict: the verdict.
        decided_by: what decides; None where nothing matches.
        reason: why, where nothing decides; of an unknown verdict, what is lacking.
        is_marked: whether a rule that is only tried, or one of AUDIT, matches: logs of refusals have such lines, too.
    """

    verdict: Verdict
    decided_by: Decider | None
    reason: str | None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A group of equal lines.

    Attributes:
        caller: the identity of the caller; empty for one without, None where it is not known.
        end_user: the request principal; empty without a token.
        to: the workload with its port; None where it is not known.
        destination: the same, as policies see it.
        outcome: what the log says became of the requests.
        is_ordinary: whether the log has the line although nothing was refused, tried or audited.
        asked: the first request in words: method and path.
        answer: what the policies say.
        new: what the new version says; None where there is none.
    """

    caller: str | None
    end_user: str | None
    to: str | None
    destination: Destination | None
    outcome: Outcome
    is_ordinary: bool
    asked: str
    answer: Answered
    new: Answered | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the policies refuse it."""
        return self.answer.verdict in REFUSALS

    @property
    def disagrees(self) -> bool:
        """Whether log and policies say opposite things."""
        if self.answer.verdict is Verdict.ALLOW:
            return self.outcome.is_refusal
        return self.is_refused and self.outcome is Outcome.ALLOWED

    @property
    def is_newly_refused(self) -> bool:
        """Whether the new version refuses what was let in."""
        if self.new is None or self.new.verdict not in REFUSALS:
            return False
        if self.outcome is Outcome.UNKNOWN:
            return self.answer.verdict is Verdict.ALLOW
        return self.outcome is Outcome.ALLOWED


REFUSALS: Final = frozenset({Verdict.DENY, Verdict.REFUSED, Verdict.UNAUTHENTICATED})


class Judge:
    """Decides lines.

    Args:
        policies: what decides.
        tests: what they test.
        places: the declared workloads.
        new: the version that would replace them, with what it tests and declares.

    Attributes:
        reads_addresses: whether any of the policies tests an address.
    """

    def __init__(
        self, policies: Policies, tests: Tested, places: Places, new: tuple[Policies, Tested, Places] | None = None
    ) -> None:
        self._now = (policies, tests, places)
        self._new = new
        self.reads_addresses = tests.has_addresses or (new is not None and new[1].has_addresses)

    def judge(self, line: LogLine) -> Judged:
        """What becomes of the request of a line.

        Raises:
            Undecided: it is none that policies decide.
        """
        _refuse_others(line)
        _, _, places = self._now
        to = destination = None
        try:
            workload, destination = places.find(line)
            to = f"{workload.namespace}/{workload.name}:{destination.port}"
        except Undecided as lacking:
            if lacking.reason is Lack.OUTBOUND:
                raise
            answer = Answered(Verdict.UNKNOWN, None, lacking.reason)
        else:
            answer = _answer(self._now, line, destination)
        return Judged(
            line.identity,
            line.request_principal,
            to,
            destination,
            line.outcome,
            line.outcome is Outcome.ALLOWED and not answer.is_marked and not _is_tried(line),
            f"{line.method} {line.path}" if line.method else "a connection",
            answer,
            None if self._new is None else _answer(self._new, line, None),
        )


def _refuse_others(line: LogLine) -> None:
    """Refuse lines that no policy of a request's destination decided.

    Raises:
        Undecided: it is one.
    """
    if line.outcome is Outcome.ELSEWHERE:
        raise Undecided(Lack.ELSEWHERE)
    if line.outcome is Outcome.REJECTED:
        raise Undecided(Lack.REJECTED)


def _answer(version: tuple[Policies, Tested, Places], line: LogLine, to: Destination | None) -> Answered:
    policies, tests, places = version
    try:
        if to is None:
            _, to = places.find(line)
        decision = policies.decide(request_of(line, to, tests))
    except Undecided as lacking:
        return Answered(Verdict.UNKNOWN, None, lacking.reason)
    except LackingFactError as lacking:
        return Answered(Verdict.UNKNOWN, None, f"it does not carry {lacking}, on which the verdict depends")
    is_marked = bool(decision.dry_run or decision.audit)
    return Answered(decision.verdict, decision.decided_by, decision.reason, is_marked)


def _is_tried(line: LogLine) -> bool:
    """Whether policies in dry run would have refused the request."""
    return any(each.result == "denied" for each in line.tried)
