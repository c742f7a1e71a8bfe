"""Findings as a command prints them, and whether they make it fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.cli.color import wants_color, width_of
from ztdsl.cli.streams import STDERR, STDOUT, say, write_product
from ztdsl.cli.usage import UsageProblem
from ztdsl.diagnostics.model import Severity

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diagnostics.report import Report


def say_findings(report: Report, *, color: str) -> None:
    """Print `report` for people, to stderr."""
    from ztdsl.diagnostics.formats import render  # noqa: PLC0415 - not on the path of a clean build

    say(render(report, "text", color=wants_color(color, STDERR), width=width_of(STDERR)))


def say_finding(finding: Diagnostic, *, color: str) -> None:
    """Print one finding for people, to stderr, without a tally."""
    from ztdsl.diagnostics.formats.text import render_finding  # noqa: PLC0415

    say(render_finding(finding, color=wants_color(color, STDERR), width=width_of(STDERR)))


def write_findings(report: Report, output: str, *, color: str) -> None:
    """Write `report` to stdout in the format `output`."""
    from ztdsl.diagnostics.formats import render  # noqa: PLC0415

    write_product(render(report, output, color=wants_color(color, STDOUT), width=width_of(STDOUT)))


NOTHING_CHECKED = frozenset({"ZT018", "ZT026"})
"""A policy that owns nothing, and files without manifests."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The severity from which findings make a command fail, as the flags ask for it.

    Attributes:
        asked: a severity's word or `never`; None if no flag says it, and the configuration decides.
        require_match: whether a policy that owns nothing, or no manifest at all, fails, whatever else is asked for.
    """

    asked: str | None
    require_match: bool = False

    @classmethod
    def from_flags(cls, *, strict: bool, fail_on: str | None, require_match: bool = False) -> Threshold:
        """What `--strict` and `--fail-on` ask for together.

        Raises:
            UsageProblem: they contradict each other.
        """
        if strict and fail_on not in {None, "warning"}:
            raise UsageProblem(f"--strict means --fail-on warning; --fail-on {fail_on} is given too", "leave one out")
        return cls("warning" if strict else fail_on, require_match)

    def fails(self, report: Report, configured: Severity | None) -> bool:
        """Whether `report` has a finding at or above the threshold; `configured` counts where no flag says it."""
        if self.require_match and any(finding.code in NOTHING_CHECKED for finding in report.findings):
            return True
        if self.asked == "never":
            return False
        limit = configured if self.asked is None else Severity[self.asked.upper()]
        return limit is not None and report.worst is not None and report.worst >= limit
