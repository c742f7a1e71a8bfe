"""Findings as a command prints them, and whether they make it fail."""

from __future__ import annotations

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


def asked_threshold(*, strict: bool, fail_on: str | None) -> str | None:
    """The severity from which the flags let findings fail, or `never`; None if no flag says it.

    Raises:
        UsageProblem: the flags contradict each other.
    """
    if strict and fail_on not in {None, "warning"}:
        raise UsageProblem(f"--strict means --fail-on warning; --fail-on {fail_on} is given too", "leave one out")
    return "warning" if strict else fail_on


def fails(report: Report, threshold: str) -> bool:
    """Whether `report` has a finding at or above `threshold`, a severity's word or `never`."""
    return threshold != "never" and report.worst is not None and report.worst >= Severity[threshold.upper()]
