"""`ztc audit`: a log held against a policy."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.findings import Threshold, say_findings
from ztdsl.cli.flags import (
    Color,
    Config,
    Debug,
    FailOn,
    Filename,
    IstioVersion,
    Mesh,
    Quiet,
    Strict,
    Subject,
    Today,
    Verbose,
    Workloads,
)
from ztdsl.cli.logs import Log, UnreadableLog, Workload, lines_of_all, refuse_no_log
from ztdsl.cli.settings import announce, refuse_empty, settings
from ztdsl.cli.streams import write_product
from ztdsl.cli.subjects import exit_of, opened, refuse_two_subjects
from ztdsl.cli.usage import UsageProblem, candidates

if TYPE_CHECKING:
    from ztdsl.api import Audit, Opened
    from ztdsl.cli.settings import Settings
    from ztdsl.scenario.subject import Subject as Asked

Against = Annotated[
    str | None,
    Option("--against", metavar="NEW", help="a new version, a policy file or manifests: what would it refuse?"),
]
Window = Annotated[
    str, Option("--window", metavar="TIME", help="how long the log must be to call a grant unused, such as 30d or 12h")
]
Output = Annotated[str, Option("-o", "--output", metavar="text|csv|json|markdown", help="the format of the report")]

_TIME: Final = re.compile(r"(\d{1,5})([dhm])")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}
_PYTHON: Final = re.compile(r"\.py(:\w+)?$")


def audit(
    policy: Subject = None,
    filename: Filename = None,
    log: Log = None,
    against: Against = None,
    window: Window = "30d",
    workload: Workload = None,
    workloads: Workloads = None,
    output: Output = "text",
    strict: Strict = False,
    fail_on: FailOn = None,
    mesh: Mesh = None,
    config: Config = None,
    istio_version: IstioVersion = None,
    today: Today = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print what a log says under a policy."""
    del debug, quiet  # the guard reads the one; the report is the product
    refuse_two_subjects(policy, filename)
    refuse_empty({"POLICY": policy, "--workload": workload, "--workloads": workloads, "--against": against})
    logs = refuse_no_log(log, *(filename or []), against)
    needed = _window(window)
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on)
    chosen = settings(mesh, config, istio_version, today, None)
    ready = opened(policy, filename or [], workloads, chosen)
    if verbose:
        announce(ready.configuration)
    new = None if against is None else _opened_new(against, workloads, chosen)
    for each, is_told in ((ready, policy is None), (new, True)):
        if each is not None and each.report.findings and (each.subject is None or is_told):
            say_findings(each.report, color=color)
        if each is not None and each.subject is None:
            return exit_of(each.report)
    found = _audited(ready.subject, None if new is None else new.subject, logs, workload, needed)
    write_product(found.render(output))
    report = found.findings
    if report.findings:
        say_findings(report, color=color)
    if threshold.fails(report, ready.configuration.fail_on):
        return exits.FINDINGS
    return exits.CLEAN if found.decided else exits.UNDECIDED


def _audited(
    subject: Asked | None, against: Asked | None, logs: list[str], workload: str | None, window: timedelta
) -> Audit:
    from ztdsl.api import audit_log  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.traffic.names import UnknownWorkload  # noqa: PLC0415

    assert subject is not None  # noqa: S101 - the caller has ended where there is none
    try:
        found = audit_log(subject, lines_of_all(logs), against=against, workload=workload, window=window)
    except UnknownWorkload as unknown:
        raise UsageProblem(unknown.message, *candidates(unknown.candidates)) from None
    tally = found.report.tally
    if tally.lines and tally.lines == sum(tally.not_read.values()):
        raise UnreadableLog(logs[0], "no line has a known format")
    return found


def _opened_new(against: str, workloads: str | None, chosen: Settings) -> Opened:
    if _PYTHON.search(against):
        return opened(against, [], None, chosen)
    return opened(None, [against], workloads, chosen)


def _window(text: str) -> timedelta:
    """A time such as `30d`.

    Raises:
        UsageProblem: it is none.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        raise UsageProblem(f"`--window` takes a time such as 30d, 12h or 90m; not `{text}`")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
