"""`ztc test`: scenarios with expected verdicts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.color import wants_color
from ztdsl.cli.findings import say_findings, write_findings
from ztdsl.cli.flags import (
    Color,
    Config,
    Debug,
    Filename,
    IstioVersion,
    Mesh,
    Quiet,
    Subject,
    Today,
    Verbose,
    Workloads,
)
from ztdsl.cli.settings import announce, refuse_empty, settings
from ztdsl.cli.streams import STDOUT, say, write_product
from ztdsl.cli.subjects import exit_of, opened, refuse_two_subjects
from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from ztdsl.scenario.results import Results

Scenarios = Annotated[
    list[str] | None,
    Option("--scenarios", metavar="PATH", help="scenario files or directories; `scenarios` beside the policy"),
]
Only = Annotated[str | None, Option("-k", "--filter", metavar="TEXT", help="only scenarios whose name contains TEXT")]
FailFast = Annotated[bool, Option("--fail-fast", help="stop after the first failure")]
MinCoverage = Annotated[
    str | None, Option("--min-coverage", metavar="N", help="fail if fewer than N percent of the rules are covered")
]
Output = Annotated[str, Option("-o", "--output", metavar="text|json|junit|github", help="the format of the report")]

_ALL = 100


def test(
    policy: Subject = None,
    filename: Filename = None,
    scenarios: Scenarios = None,
    only: Only = None,
    fail_fast: FailFast = False,
    min_coverage: MinCoverage = None,
    workloads: Workloads = None,
    output: Output = "text",
    mesh: Mesh = None,
    config: Config = None,
    istio_version: IstioVersion = None,
    today: Today = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print which scenarios a policy or manifests meet."""
    del debug, quiet  # the guard reads the one; the other has nothing to silence
    refuse_two_subjects(policy, filename)
    refuse_empty({"POLICY": policy, "--workloads": workloads})
    wanted = None if min_coverage is None else _percent(min_coverage)
    paths = _paths(policy, scenarios)
    ready = opened(policy, filename or [], workloads, settings(mesh, config, istio_version, today, None))
    if verbose:
        announce(ready.configuration)
    if ready.report.findings and (ready.subject is None or policy is None):
        say_findings(ready.report, color=color)
    if ready.subject is None:
        return exit_of(ready.report)
    from ztdsl.api import run_scenarios  # noqa: PLC0415 - a mistake in the flags is answered without it

    tested = run_scenarios(ready.subject, paths, now=time.time(), only=only, fail_fast=fail_fast)
    if tested.results is None:
        write_findings(tested.report, "text", color=color)
        return exits.USAGE
    write_product(_text(tested.results, output, color=color, verbose=verbose))
    if not tested.results.outcomes:
        say("warning: no scenario was run\n")
        return exits.FINDINGS
    percent = tested.results.coverage.percent
    if wanted is not None and percent < wanted:
        say(f"error: {percent:.1f} % of the rules are covered, which is less than {wanted:g} %\n")
        return exits.FINDINGS
    return exits.FINDINGS if tested.results.failures else exits.CLEAN


def _text(results: Results, output: str, *, color: str, verbose: bool) -> str:
    from ztdsl.scenario.results import as_github, as_json, as_junit, as_text  # noqa: PLC0415

    if output == "text":
        return as_text(results, color=wants_color(color, STDOUT), verbose=verbose)
    return {"json": as_json, "junit": as_junit, "github": as_github}[output](results)


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= _ALL:
        raise UsageProblem(f"`--min-coverage` takes a number from 0 to 100; not `{text}`")
    return value


def _paths(policy: str | None, scenarios: list[str] | None) -> list[Path]:
    if scenarios:
        refuse_empty({"--scenarios": min(scenarios)})
        found = [Path(each) for each in scenarios]
    elif policy is not None:
        found = [Path(policy.partition(":")[0]).parent / "scenarios"]
    else:
        raise UsageProblem("no scenarios are named", "name a file or a directory with --scenarios")
    missing = next((each for each in found if not each.exists()), None)
    if missing is not None:
        raise UsageProblem(f"`{missing}` does not exist", "name scenario files or directories with --scenarios")
    return found
