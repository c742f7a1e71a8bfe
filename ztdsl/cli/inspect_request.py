"""`ztc inspect request`: what becomes of a request as it goes over the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from ztdsl.cli import exits
from ztdsl.cli.color import width_of
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
from ztdsl.cli.inspect_token import key_text
from ztdsl.cli.secrets import moment, refuse_tokens, secret
from ztdsl.cli.settings import announce, refuse_empty, settings
from ztdsl.cli.streams import STDOUT, write_product
from ztdsl.cli.subjects import exit_of, opened, refuse_two_subjects
from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from ztdsl.api.request_inspection import RequestInspection
    from ztdsl.scenario.subject import Subject as Asked

File = Annotated[str, Argument(metavar="FILE", help="the request, or what `curl -v` printed; - is stdin")]
To = Annotated[str | None, Option("--to", metavar="WORKLOAD", help="who is called, if there are several")]
From = Annotated[str | None, Option("--from", metavar="CALLER", help="who calls, by name or spiffe:// identity")]
Keys = Annotated[str | None, Option("--keys", metavar="FILE", help="a JWK set, where none is declared")]
Now = Annotated[str | None, Option("--now", metavar="TIME", help="the time to judge tokens at, instead of the clock's")]
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format")]

_MOST_WIDTH = 80
_MOST_NAMES = 8


def inspect_request(
    file: File,
    policy: Subject = None,
    filename: Filename = None,
    to: To = None,
    caller: From = None,
    keys: Keys = None,
    now: Now = None,
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
    """Print which token of a request is taken, what the application sees of it, and the verdict."""
    del debug, quiet  # the guard reads the one; the other has nothing to silence
    refuse_tokens([file, policy, to, caller, keys, now, workloads, mesh, config, today, *(filename or [])])
    refuse_empty({"FILE": file, "POLICY": policy, "--to": to, "--from": caller, "--keys": keys})
    if [file, keys, *(filename or [])].count("-") > 1:
        raise UsageProblem("stdin is named more than once", "name a file")
    refuse_two_subjects(policy, filename)
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on)
    at = moment(now)
    chosen = settings(mesh, config, istio_version, today, None)
    ready = opened(policy, filename or [], workloads, chosen)
    if verbose:
        announce(ready.configuration)
    if ready.subject is None:
        say_findings(ready.report, color=color)
        return exit_of(ready.report)
    found = _inspected(ready.subject, file, to, caller, keys, at)
    return _written(found, output=output, color=color, threshold=threshold)


def _inspected(
    subject: Asked, file: str, to: str | None, caller: str | None, keys: str | None, now: float
) -> RequestInspection:
    from ztdsl.api import ManyWorkloads, UnreadableKeys, UnreadableRequest, inspect_request  # noqa: PLC0415
    from ztdsl.traffic.names import UnknownWorkload  # noqa: PLC0415

    try:
        return inspect_request(secret(file), subject, to=to, caller=caller, keys=key_text(keys), now=now)
    except UnreadableRequest as unreadable:
        advice = "write it as it goes over the wire, or what `curl -v` prints"
        raise UsageProblem(f"`{file}` is no request: {unreadable.why}", advice) from None
    except UnreadableKeys as unreadable:
        raise UsageProblem(f"`{keys}` is no JWK set: {unreadable.why}") from None
    except ManyWorkloads as many:
        names = ", ".join(f"`{each}`" for each in many.candidates[:_MOST_NAMES])
        advice = f"name it with --to: {names}" if names else "name an inventory of workloads with --workloads"
        raise UsageProblem("which workload is called is not said", advice) from None
    except UnknownWorkload as unknown:
        candidates = ", ".join(f"`{candidate}`" for candidate in unknown.candidates[:_MOST_NAMES])
        raise UsageProblem(unknown.message, *([f"candidates: {candidates}"] if candidates else [])) from None


def _written(found: RequestInspection, *, output: str, color: str, threshold: Threshold) -> int:
    from ztdsl.diagnostics.model import Severity  # noqa: PLC0415
    from ztdsl.traffic.decision import Verdict  # noqa: PLC0415

    if output == "json":
        write_product(json.dumps(found.to_dict(), indent=2) + "\n")
    else:
        write_product(found.text(width=min(width_of(STDOUT), _MOST_WIDTH)))
        if found.report.findings:
            say_findings(found.report, color=color)
    if threshold.fails(found.report, Severity.ERROR):
        return exits.FINDINGS
    is_unknown = found.simulation is not None and found.simulation.decision.verdict is Verdict.UNKNOWN
    return exits.UNDECIDED if found.is_undecided or is_unknown else exits.CLEAN
