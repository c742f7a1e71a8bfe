"""`ztc check`: findings without manifests of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.findings import Threshold, write_findings
from ztdsl.cli.flags import (
    Color,
    Config,
    Debug,
    FailOn,
    Filename,
    IstioVersion,
    Mesh,
    Quiet,
    RequireMatch,
    Strict,
    Subject,
    Today,
    Verbose,
    Workloads,
)
from ztdsl.cli.settings import announce, refuse_empty, settings
from ztdsl.cli.streams import say
from ztdsl.cli.subjects import exit_of, refuse_two_subjects
from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.api import Check, ManifestCheck, Verification
    from ztdsl.cli.settings import Settings

_WAITING: Final = "note: checks of what the objects mean together wait until these errors are put right\n"

Output = Annotated[
    str,
    Option(
        "-o",
        "--output",
        metavar="text|concise|json|sarif|junit|github|markdown",
        help="the format of the report",
    ),
]

Verify = Annotated[
    bool, Option("--verify", help="hold a policy's manifests against its meaning, on every border of every rule")
]


def check(
    policy: Subject = None,
    filename: Filename = None,
    workloads: Workloads = None,
    verify: Verify = False,
    output: Output = "text",
    mesh: Mesh = None,
    config: Config = None,
    istio_version: IstioVersion = None,
    today: Today = None,
    strict: Strict = False,
    require_match: RequireMatch = False,
    fail_on: FailOn = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print the report of a policy, or of manifests."""
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on, require_match=require_match)
    _refuse_contradictions(policy, filename, workloads, verify=verify)
    chosen = settings(mesh, config, istio_version, today, None)
    from ztdsl.api import ManifestCheck, Verification  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.config import ConfigurationFailure  # noqa: PLC0415
    from ztdsl.diagnostics.report import Report  # noqa: PLC0415
    from ztdsl.load.failure import LoadFailure  # noqa: PLC0415

    try:
        checked = _verified(policy, chosen) if verify else _checked(policy, filename or [], workloads, chosen)
    except (LoadFailure, ConfigurationFailure) as failure:
        if debug:
            raise
        write_findings(Report(failure.diagnostics), output, color=color)
        return exits.USAGE
    if verbose:
        announce(checked.configuration)
    if checked.report.findings or not quiet or output != "text":
        write_findings(checked.report, output, color=color)
    if isinstance(checked, Verification) and checked.agreement is not None and not quiet:
        say(f"verified: {checked.agreement.asked} requests, {checked.agreement.undecided} undecided\n")
    if isinstance(checked, ManifestCheck):
        if not quiet:
            say(_skipped(checked.skipped))
        if not checked.is_read:
            if checked.objects and not quiet:
                say(_WAITING)
            return exit_of(checked.report)
    failed = threshold.fails(checked.report, checked.configuration.fail_on)
    return exits.FINDINGS if failed else exits.CLEAN


def _refuse_contradictions(
    policy: str | None, filename: list[str] | None, workloads: str | None, *, verify: bool
) -> None:
    refuse_two_subjects(policy, filename)
    if policy is not None and workloads is not None:
        raise UsageProblem("--workloads is for manifests; a policy declares its workloads", "leave it out")
    if verify and policy is None:
        raise UsageProblem("--verify is for policies; manifests have no other meaning than their own", "leave it out")
    refuse_empty({"POLICY": policy, "--workloads": workloads})
    for path in filename or []:
        refuse_empty({"--filename": path})


def _verified(policy: str | None, chosen: Settings) -> Verification:
    """The findings of the policy, and of asking both evaluators.

    Raises:
        ConfigurationFailure, LoadFailure: as for `verify_policy`.
    """
    from ztdsl.api import verify_policy  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    with diverted_stdout():
        return verify_policy(policy or "", **chosen)


def _checked(policy: str | None, filename: list[str], workloads: str | None, chosen: Settings) -> Check | ManifestCheck:
    """The findings of the policy or of the manifests.

    Raises:
        ConfigurationFailure, LoadFailure: as for `check_policy` and `check_manifests`.
    """
    from ztdsl.api import check_manifests, check_policy  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    if policy is None:
        return check_manifests(filename, workloads=workloads, **chosen)
    with diverted_stdout():
        return check_policy(policy, **chosen)


def _skipped(skipped: Mapping[str, int]) -> str:
    """A line that counts the objects of other kinds; empty where there are none."""
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(skipped.items()))
    return f"skipped: {counts}\n" if counts else ""
