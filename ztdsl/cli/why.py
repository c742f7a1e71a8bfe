"""`ztc why`: which rule refused what a log says was refused, or what the nearest rules miss."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.color import wants_color
from ztdsl.cli.findings import say_findings
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
from ztdsl.cli.logs import Log, UnreadableLog, Workload, lines_of_all, refuse_no_log
from ztdsl.cli.settings import announce, refuse_empty, settings
from ztdsl.cli.streams import STDOUT, say, write_product
from ztdsl.cli.subjects import exit_of, opened, refuse_two_subjects
from ztdsl.cli.usage import UsageProblem, candidates

if TYPE_CHECKING:
    from ztdsl.api import LogExplanation

Output = Annotated[str, Option("-o", "--output", metavar="text|jsonl", help="the format; jsonl is an object a line")]


def why(
    policy: Subject = None,
    filename: Filename = None,
    log: Log = None,
    workload: Workload = None,
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
    """Print why each refused line of a log was refused."""
    del debug  # the guard reads it
    refuse_two_subjects(policy, filename)
    refuse_empty({"POLICY": policy, "--workload": workload, "--workloads": workloads})
    logs = refuse_no_log(log, *(filename or []))
    ready = opened(policy, filename or [], workloads, settings(mesh, config, istio_version, today, None))
    if verbose:
        announce(ready.configuration)
    if ready.report.findings and (ready.subject is None or policy is None):
        say_findings(ready.report, color=color)
    if ready.subject is None:
        return exit_of(ready.report)
    from ztdsl.api import explain_log  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.traffic.names import UnknownWorkload  # noqa: PLC0415

    explained = explain_log(ready.subject, lines_of_all(logs), workload=workload)
    try:
        all_known = _write(explained, output, color=color)
    except UnknownWorkload as unknown:
        raise UsageProblem(unknown.message, *candidates(unknown.candidates)) from None
    if explained.lines and explained.lines == sum(explained.not_read.values()):
        raise UnreadableLog(logs[0], "no line has a known format")
    if not quiet:
        say(_summary(explained))
    return exits.CLEAN if all_known else exits.UNDECIDED


def _write(explained: LogExplanation, output: str, *, color: str) -> bool:
    """Print each refusal as it is found; whether every one is explained."""
    all_known, is_first = True, True
    is_coloured = output == "text" and wants_color(color, STDOUT)
    for refusal in explained:
        all_known = all_known and refusal.is_known
        if output == "jsonl":
            write_product(json.dumps(refusal.to_dict()) + "\n")
        else:
            write_product(("" if is_first else "\n") + refusal.text(color=is_coloured))
        is_first = False
    return all_known


def _summary(explained: LogExplanation) -> str:
    """How much was read, for stderr."""
    not_read = sum(explained.not_read.values())
    parts = [_many(explained.lines, "line"), _many(explained.refusals, "refusal")]
    if explained.repeated:
        parts.append(f"{explained.repeated:,} of them repeat one above")
    if not_read:
        parts.append(f"{_many(not_read, 'line')} of no known format")
    return ", ".join(parts) + "\n"


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
