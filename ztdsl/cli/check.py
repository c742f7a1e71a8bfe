"""`ztc check`: findings without manifests."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.findings import Threshold, write_findings
from ztdsl.cli.flags import (
    Color,
    Config,
    Debug,
    FailOn,
    IstioVersion,
    Mesh,
    Policy,
    Quiet,
    RequireMatch,
    Strict,
    Today,
    Verbose,
)
from ztdsl.cli.settings import announce, refuse_empty, refuse_stdin, settings

Output = Annotated[
    str,
    Option(
        "-o",
        "--output",
        metavar="text|concise|json|sarif|junit|github|markdown",
        help="the format of the report",
    ),
]


def check(
    policy: Policy,
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
    """Print the report of a policy."""
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on, require_match=require_match)
    refuse_stdin(policy)
    refuse_empty({"POLICY": policy})
    chosen = settings(mesh, config, istio_version, today, None)
    from ztdsl.api import check_policy  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.config import ConfigurationFailure  # noqa: PLC0415
    from ztdsl.diagnostics.report import Report  # noqa: PLC0415
    from ztdsl.load.failure import LoadFailure  # noqa: PLC0415
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    try:
        with diverted_stdout():
            checked = check_policy(policy, **chosen)
    except (LoadFailure, ConfigurationFailure) as failure:
        if debug:
            raise
        write_findings(Report(failure.diagnostics), output, color=color)
        return exits.USAGE
    if verbose:
        announce(checked.configuration)
    if checked.report.findings or not quiet or output != "text":
        write_findings(checked.report, output, color=color)
    failed = threshold.fails(checked.report, checked.configuration.fail_on)
    return exits.FINDINGS if failed else exits.CLEAN
