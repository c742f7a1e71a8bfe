"""`ztc inspect request`: what becomes of a request as it goes over the wire."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

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
    Now,
    Quiet,
    Strict,
    Subject,
    Verbose,
    Workloads,
)
from ztdsl.cli.inspect_token import key_text, written
from ztdsl.cli.secrets import secret
from ztdsl.cli.settings import announce, refuse_empty, settings_at
from ztdsl.cli.subjects import exit_of, opened, refuse_two_subjects
from ztdsl.cli.usage import UsageProblem, candidates

if TYPE_CHECKING:
    from ztdsl.api import RequestInspection
    from ztdsl.scenario.subject import Subject as Asked

File = Annotated[str, Argument(metavar="FILE", help="the request, or what `curl -v` printed; - is stdin")]
To = Annotated[str | None, Option("--to", metavar="WORKLOAD", help="who is called, if there are several")]
From = Annotated[str | None, Option("--from", metavar="CALLER", help="who calls, by name or spiffe:// identity")]
Keys = Annotated[str | None, Option("--keys", metavar="FILE", help="a JWK set, where none is declared")]
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format")]

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
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print which token of a request is taken, what the application sees of it, and the verdict."""
    del debug, quiet  # the guard reads the one; the other has nothing to silence
    refuse_empty({"FILE": file, "POLICY": policy, "--to": to, "--from": caller, "--keys": keys, "--now": now})
    if [file, keys, *(filename or [])].count("-") > 1:
        raise UsageProblem("stdin is named more than once", "name a file")
    refuse_two_subjects(policy, filename)
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on)
    when, chosen = settings_at(now, mesh, config, istio_version)
    at = time() if when is None else when.timestamp()
    ready = opened(policy, filename or [], workloads, chosen)
    if verbose:
        announce(ready.configuration)
    if ready.subject is None:
        say_findings(ready.report, color=color)
        return exit_of(ready.report)
    found = _inspected(ready.subject, file, to, caller, keys, at)
    written(found, output=output, color=color)
    if threshold.fails(found.report, ready.configuration.fail_on):
        return exits.FINDINGS
    return exits.UNDECIDED if found.is_undecided else exits.CLEAN


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
        raise UsageProblem(unknown.message, *candidates(unknown.candidates[:_MOST_NAMES])) from None
