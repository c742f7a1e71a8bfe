"""Why the lines of a log were refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ztdsl.api.refusal import Refusal, title_of_line
from ztdsl.api.simulate import Simulation
from ztdsl.auditing.places import Places
from ztdsl.auditing.request import UNKNOWN_CALLER, request_of
from ztdsl.auditing.suggestion import as_declaration, as_yaml, smallest_rule
from ztdsl.auditing.tested import tested
from ztdsl.auditing.undecided import Undecided
from ztdsl.istio.evaluate.facts import LackingFactError
from ztdsl.log import LogReader, Outcome, Unreadable
from ztdsl.log.shown import shown
from ztdsl.scenario.report import ground_line
from ztdsl.traffic.decision import Decision, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.auditing.places import Workload
    from ztdsl.istio.evaluate import Explanation, Failure, Miss
    from ztdsl.log import LogLine
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.request import Request

_MOST_KEPT: Final = 10_000
_OF_IDENTITY: Final = (
    *("principals", "notPrincipals", "namespaces", "notNamespaces", "serviceAccounts", "notServiceAccounts"),
    *("trustDomains", "notTrustDomains", "source.principal", "source.namespace", "source.serviceAccount"),
    "source.trustDomain",
)
_OF_TOKENS: Final = ("requestPrincipals", "notRequestPrincipals")
_AUTH: Final = "request.auth."
_NOT_IN_LINE: Final = "not in the line"


@dataclass(slots=True)
class LogExplanation:
    """The refusals of a log, as they are read.

    Attributes:
        lines: how many lines were read so far.
        refusals: how many of them are refusals.
        repeated: refusals that say the same as one that was given out before.
        not_read: lines of no known format, by why.
    """

    subject: Subject
    source: Iterable[bytes]
    workload: str | None = None
    lines: int = 0
    refusals: int = 0
    repeated: int = 0
    not_read: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Refusal]:
        """Each refusal once; those that say the same again are counted."""
        asked = _Asked(self.subject, self.workload)
        reader, known = LogReader(), set[Any]()
        for number, text in enumerate(self.source, 1):
            try:
                line = reader.read(text)
            except Unreadable as unreadable:
                self.lines += 1
                self.not_read[unreadable.reason] += 1
                continue
            if line is None:
                continue
            self.lines += 1
            if not line.outcome.is_refusal:
                continue
            self.refusals += 1
            key = repr(replace(line, time=None, source_ip=None, remote_ip=None))
            if key in known:
                self.repeated += 1
                continue
            if len(known) >= _MOST_KEPT:
                known.clear()
            known.add(key)
            yield asked.why(number, line)


def explain_log(subject: Subject, lines: Iterable[bytes], *, workload: str | None = None) -> LogExplanation:
    """Why the refused lines of a log were refused: by which rule, or what the nearest rules miss.

    Args:
        subject: the policy or the manifests.
        lines: the log, read as it is asked for.
        workload: `[namespace/]service` of which the whole log is; None where its lines say whose they are.

    Raises:
        UnknownWorkload: on iteration, `workload` means none, or several.
        Broken: on iteration, the log cannot be read to its end.
    """
    return LogExplanation(subject, lines, workload)


class _Asked:
    """The policies, and what they test."""

    def __init__(self, subject: Subject, workload: str | None) -> None:
        self._subject = subject
        self._tests = tested(subject.manifests)
        only = None if workload is None else subject.cast.actor(workload)
        self._places = Places(subject.cast.actors, only, keeps_addresses=self._tests.has_addresses)
        self._stranger = UNKNOWN_CALLER.format(subject.mesh.trust_domain)

    def why(self, number: int, line: LogLine) -> Refusal:
        """Why a line was refused."""
        called = None
        try:
            workload, to = self._places.find(line)
            called = f"{workload.namespace}/{workload.name}:{to.port}"
            request = request_of(line, to, self._tests, self._stranger)
            found = self._subject.explain(request)
        except Undecided as lacking:
            return self._unknown(number, line, called, lacking.reason)
        except LackingFactError as lacking:
            reason = f"it does not carry {lacking}, on which the verdict depends"
            return self._unknown(number, line, called, reason)
        contradiction = self._contradiction(line, found.decision)
        if contradiction is not None:
            return self._unknown(number, line, called, contradiction)
        lacks, decision = _lacks(line), found.decision
        suggestion = None
        if "caller" not in lacks and decision.verdict is not Verdict.UNAUTHENTICATED and decision.decided_by is None:
            suggestion = self._suggested(request, workload)
        return Refusal(
            self._subject,
            number,
            line,
            called,
            line.matched or decision.decided_by,
            Simulation(self._subject, request, _masked(_without(found, lacks)), title_of_line(line, called)),
            f"it does not say who the {' and the '.join(lacks)} were" if lacks else None,
            suggestion,
        )

    def _unknown(self, number: int, line: LogLine, called: str | None, reason: str | None) -> Refusal:
        """A refusal of which nothing is known but what the line itself says."""
        return Refusal(self._subject, number, line, called, line.matched, None, reason, None)

    def _contradiction(self, line: LogLine, decision: Decision) -> str | None:
        """Why the policies do not explain the line; None where they do."""
        if decision.verdict is Verdict.UNKNOWN:
            return decision.reason
        if decision.verdict is not Verdict.ALLOW and not _contradicts(line, decision):
            return None
        said = ground_line(self._subject, decision.decided_by) if decision.decided_by else decision.reason
        return f"these policies say {decision.verdict.value}: {said}; the log is of others"

    def _suggested(self, request: Request, workload: Workload) -> str | None:
        subject = self._subject
        try:
            rule = smallest_rule(subject.manifests, subject.mesh, request)
        except LackingFactError:
            return None
        if rule is None:
            return None
        if subject.is_declared:
            return as_declaration(rule, workload, subject.cast.actors, subject.mesh.trust_domain)
        return as_yaml(rule)


def _contradicts(line: LogLine, decision: Decision) -> bool:
    """Whether the line names another rule, or says that none matched where one denies."""
    if line.matched is not None and line.matched.rule is not None:
        return decision.decided_by != line.matched
    return line.is_unmatched and decision.decided_by is not None


def _lacks(line: LogLine) -> tuple[str, ...]:
    """Who of those that ask the line does not name."""
    caller = ("caller",) if line.identity is None and line.outcome is not Outcome.REFUSED else ()
    is_token_open = line.claims is None and line.method and line.outcome is Outcome.DENIED
    return (*caller, "end user") if is_token_open else caller


def _without(found: Explanation, lacks: tuple[str, ...]) -> Explanation:
    """What is missed, where nobody knows by whom: what tests those who are not named is not known to fail."""
    if not lacks:
        return found
    misses = tuple(replace(miss, failed=tuple(_unnamed(each, lacks) for each in miss.failed)) for miss in found.misses)
    return replace(found, misses=tuple(sorted(misses, key=_distance)))


def _unnamed(failure: Failure, lacks: tuple[str, ...]) -> Failure:
    attribute = failure.attribute.partition(" ")[0]
    is_of_token = attribute in _OF_TOKENS or attribute.startswith(_AUTH)
    is_open = (attribute in _OF_IDENTITY and "caller" in lacks) or (is_of_token and "end user" in lacks)
    return replace(failure, found=_NOT_IN_LINE) if is_open else failure


def _distance(miss: Miss) -> tuple[bool, int]:
    return miss.is_elsewhere, sum(each.found != _NOT_IN_LINE for each in miss.failed)


def _masked(found: Explanation) -> Explanation:
    """The explanation without secrets that strangers wrote into paths and headers."""
    misses = tuple(
        replace(
            miss,
            failed=tuple(
                replace(each, found=None if each.found is None else shown(each.found)) for each in miss.failed
            ),
        )
        for miss in found.misses
    )
    return replace(found, misses=misses)
