"""Scenarios put to a policy or to manifests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.diagnostics.report import Report
from ztdsl.diagnostics.source import sorted_findings
from ztdsl.scenario.coverage import coverage
from ztdsl.scenario.file import read_scenarios, scenario_files
from ztdsl.scenario.results import Results
from ztdsl.scenario.run import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ztdsl.scenario.subject import Subject


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of scenarios.

    Attributes:
        report: what is wrong with the scenario files.
        results: the outcomes; None where a file has errors.
    """

    report: Report
    results: Results | None


def run_scenarios(
    subject: Subject, paths: Sequence[Path], *, now: float, only: str | None = None, fail_fast: bool = False
) -> Tested:
    """Every scenario of the files and directories `paths`, put to `subject` in order.

    Args:
        subject: what is asked; see `open_policy` and `open_manifests`.
        paths: scenario files, and directories that hold such files.
        now: when tokens are looked at, in seconds since 1970.
        only: words that a scenario's name must contain; None for all.
        fail_fast: stop after the first failure.

    Raises:
        Disagreement: a policy's own meaning is another one than that of its manifests: a mistake in `ztc`.
    """
    scenarios, problems = read_scenarios(scenario_files(paths), subject.cast, now)
    report = Report(sorted_findings(problems), (), None, 0)
    if problems:
        return Tested(report, None)
    selected = [each for each in scenarios if only is None or only in each.name]
    outcomes = tuple(run(subject, selected, fail_fast=fail_fast))
    return Tested(report, Results(subject, outcomes, len(scenarios) - len(selected), coverage(subject, outcomes)))
