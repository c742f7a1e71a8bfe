"""`ztc explain`: a code in words, or who may reach a workload and why."""

from __future__ import annotations

import json
from typing import Annotated

from typer import Argument, Option

from ztdsl.cli import exits
from ztdsl.cli.color import width_of
from ztdsl.cli.findings import say_findings
from ztdsl.cli.flags import Color, Config, Debug, IstioVersion, Mesh, Quiet, Today, Verbose
from ztdsl.cli.settings import Settings, announce, settings
from ztdsl.cli.streams import STDOUT, write_product
from ztdsl.cli.usage import UsageProblem, candidates

Topic = Annotated[str, Argument(metavar="TOPIC", help="a code such as ZT112 or its name in words, or the policy file")]
Workload = Annotated[str | None, Argument(metavar="WORKLOAD", help="with a policy file: [namespace/]service[:port]")]
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format of a workload's explanation")]


def explain(
    topic: Topic,
    workload: Workload = None,
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
    """Print the page of a code, or what a policy says of one workload."""
    del debug, quiet  # the guard reads the one; the other has nothing to silence
    chosen = settings(mesh, config, istio_version, today, None)
    if workload is not None:
        return _workload(topic, workload, chosen, output=output, color=color, verbose=verbose)
    if "/" in topic or "." in topic:
        raise UsageProblem(
            f"`{topic}` is no code, and no workload is named", f"for example `ztc explain {topic} shop/orders`"
        )
    return _code(topic)


def _code(code: str) -> int:
    from ztdsl.api import UnknownCode, explain_code  # noqa: PLC0415

    try:
        page = explain_code(code)
    except UnknownCode as unknown:
        meant = [f"did you mean `{suggestion}`?" for suggestion in unknown.suggestions[:1]]
        raise UsageProblem(f"ztc has no code `{code}`", *meant) from None
    write_product(page)
    return exits.CLEAN


def _workload(policy: str, workload: str, chosen: Settings, *, output: str, color: str, verbose: bool) -> int:
    from ztdsl.api import UnknownWorkload, explain_service  # noqa: PLC0415
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    try:
        with diverted_stdout():
            explanation = explain_service(policy, workload, **chosen)
    except UnknownWorkload as unknown:
        raise UsageProblem(unknown.message, *candidates(unknown.candidates)) from None
    if verbose:
        announce(explanation.configuration)
    if explanation.report.has_errors:
        say_findings(explanation.report, color=color)
        return exits.FINDINGS
    if output == "json":
        write_product(json.dumps(explanation.to_dict(), indent=2) + "\n")
    else:
        write_product(explanation.text(width_of(STDOUT)))
    return exits.CLEAN
