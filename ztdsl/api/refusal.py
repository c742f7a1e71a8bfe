"""One refused line of a log, and why it was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ztdsl.log import Outcome
from ztdsl.log.shown import shown
from ztdsl.scenario.report import ground_line
from ztdsl.scenario.subject import NOWHERE
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from ztdsl.api.simulate import Simulation
    from ztdsl.log import LogLine
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.decision import Decider

_VERDICTS: Final = {Outcome.UNAUTHENTICATED: Verdict.UNAUTHENTICATED, Outcome.REFUSED: Verdict.REFUSED}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one line was refused.

    Attributes:
        number: the number of the line, from 1.
        line: what it says.
        called: the workload and the port that were called, where they are known.
        decided_by: what refused it: what the line names, or what the policies come to; None where no rule matched.
        simulation: what the policies say of the request; None where the line does not carry enough to ask.
        unknown: why the policies cannot be asked, or do not say the same.
        suggestion: the smallest declaration that would allow it, tried; never applied. None where there is none.
    """

    subject: Subject
    number: int
    line: LogLine
    called: str | None
    decided_by: Decider | None
    simulation: Simulation | None
    unknown: str | None
    suggestion: str | None

    @property
    def is_known(self) -> bool:
        """Whether the rule is known, or that none of the policies matched."""
        return self.decided_by is not None or self.simulation is not None

    @property
    def title(self) -> str:
        """The request in one line, without secrets."""
        return title_of_line(self.line, self.called)

    def text(self, *, color: bool = False) -> str:
        """The answer for people."""
        lines = [f"line {self.number}, {shown(self.line.time or 'at an unknown time')}:"]
        if self.simulation is not None:
            lines.extend(self.simulation.text(color=color).splitlines())
        else:
            lines.append(f"{_verdict(self.line).value}: {self.title}")
            if self.decided_by is not None:
                lines.append(f"  decided by {ground_line(self.subject, self.decided_by)}")
                if self.subject.ground(self.decided_by) is NOWHERE:
                    lines.append("  nothing that was given declares it")
            elif self.line.is_unmatched:
                lines.append("  ALLOW policies apply to the workload, and no rule of them matches")
        if self.unknown is not None:
            lines.append(f"  unknown: {self.unknown}")
        if self.suggestion is not None:
            lines.extend(("", "  would allow it (a suggestion; nothing is changed):"))
            lines.extend(f"    {each}" for each in self.suggestion.splitlines())
        return "".join(f"{line}\n" for line in lines)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data."""
        ground = NOWHERE if self.decided_by is None else self.subject.ground(self.decided_by)
        decider = self.decided_by
        plain = {} if self.simulation is None else self.simulation.to_dict()
        return {
            "line": self.number,
            "time": None if self.line.time is None else shown(self.line.time),
            "request": self.title,
            "outcome": self.line.outcome.value,
            "decided_by": None
            if decider is None
            else {
                "kind": decider.kind,
                "namespace": decider.namespace,
                "name": decider.name,
                "rule": decider.rule,
                "source": ground.source,
                "because": ground.because,
            },
            "is_unmatched": self.decided_by is None and (self.line.is_unmatched or self.is_known),
            "misses": plain.get("misses", []),
            "unknown": self.unknown,
            "suggestion": self.suggestion,
        }


def _verdict(line: LogLine) -> Verdict:
    return _VERDICTS.get(line.outcome, Verdict.REFUSED if line.is_connection else Verdict.DENY)


def title_of_line(line: LogLine, called: str | None) -> str:
    """The request of a line in one line of text, without secrets."""
    if called is None:
        to = line.called.workload or line.called.service or line.called.service_account or "an unnamed workload"
        where = f"{line.called.namespace}/{to}" if line.called.namespace else to
        called = where if line.called.port is None else f"{where}:{line.called.port}"
    asked = "a connection" if not line.method else f"{line.method} {line.path or ''}"
    nobody = line.identity == "" or (line.identity is None and line.outcome is Outcome.REFUSED)
    caller = "a client without identity" if nobody else line.identity or "an unnamed caller"
    return shown(f"{asked} to {called} from {caller}")
