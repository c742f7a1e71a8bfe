"""A log held against a policy or manifests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ztdsl.auditing.findings import findings_of
from ztdsl.auditing.formats import FORMATS
from ztdsl.auditing.formats.document import document
from ztdsl.auditing.grants import grants_of, window_of
from ztdsl.auditing.judged import Judge
from ztdsl.auditing.places import Places
from ztdsl.auditing.replay import replay
from ztdsl.auditing.report import Place, Report
from ztdsl.auditing.tally import Tally
from ztdsl.auditing.tested import tested
from ztdsl.diagnostics.report import Report as Findings
from ztdsl.diagnostics.source import sorted_findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.auditing.grants import Grant
    from ztdsl.auditing.judged import Policies
    from ztdsl.auditing.tested import Tested
    from ztdsl.diagnostics.model import Span
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.decision import Decider

WINDOW: Final = timedelta(days=30)
"""How long a log must be for a grant to be called unused: once a month is how seldom much of what runs does."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What a log says under a policy.

    Attributes:
        report: the counts, the grants and the time that the log covers.
        subject: what the log was held against.
        against: the new version.
    """

    report: Report
    subject: Subject
    against: Subject | None

    @property
    def findings(self) -> Findings:
        """Unused grants, requests that the new version refuses, lines that say the opposite of the policies."""
        new = None if self.against is None else partial(_span, self.against)
        found = findings_of(self.report, partial(_span, self.subject), new)
        return Findings(sorted_findings(found), (), None, 0)

    @property
    def unused(self) -> tuple[Grant, ...]:
        """The grants that nobody used; none where the log is not enough to say so."""
        return self.report.unused

    @property
    def refused_by_new(self) -> int:
        """How many requests that were let in the new version would refuse."""
        return self.report.tally.refused.count

    @property
    def disagreeing(self) -> int:
        """How many lines say the opposite of the policies."""
        return self.report.tally.disagreeing.count

    @property
    def decided(self) -> int:
        """How many lines the policies decide."""
        return self.report.tally.rows.count

    @property
    def undecided(self) -> int:
        """How many lines lack what a decision needs."""
        return sum(self.report.tally.undecided.values())

    def render(self, output: str = "text") -> str:
        """The report as `text`, `csv`, `json` or `markdown`."""
        return FORMATS[output](self.report)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return document(self.report)


def audit_log(
    subject: Subject,
    lines: Iterable[bytes],
    *,
    against: Subject | None = None,
    workload: str | None = None,
    window: timedelta = WINDOW,
) -> Audit:
    """What each line of a log is decided by, which grants nobody used, and what a new version would refuse.

    Args:
        subject: the policy or the manifests.
        lines: the log, read once; nothing is kept of a line once it is counted.
        against: the version that would replace them.
        workload: `[namespace/]service` of which the whole log is; None where its lines say whose they are.
        window: how long the log must be for a grant to be called unused.

    Raises:
        UnknownWorkload: `workload` means none, or several.
        Broken: the log cannot be read to its end.
    """
    tally = Tally()
    new = None if against is None else _version(against, workload)
    replay(lines, Judge(*_version(subject, workload), new), tally)
    reach = window_of(tally, window)
    rules = [decider for decider, is_allow in subject.rules() if is_allow]
    return Audit(
        Report(
            tally,
            reach,
            grants_of(subject, rules, tally, reach),
            partial(_place, subject),
            None if against is None else partial(_place, against),
        ),
        subject,
        against,
    )


def _version(subject: Subject, workload: str | None) -> tuple[Policies, Tested, Places]:
    tests = tested(subject.manifests)
    only = None if workload is None else subject.cast.actor(workload)
    return subject, tests, Places(subject.cast.actors, only, keeps_addresses=tests.has_addresses)


def _place(subject: Subject, decider: Decider) -> Place:
    ground = subject.ground(decider)
    return Place(ground.source, ground.because)


def _span(subject: Subject, decider: Decider) -> Span | None:
    return subject.ground(decider).span
