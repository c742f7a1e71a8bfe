"""`ztc inspect token`: what Istio's proxies make of a token."""

from __future__ import annotations

import json
from time import time
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from ztdsl.cli import exits
from ztdsl.cli.color import text_width
from ztdsl.cli.findings import Threshold, say_findings
from ztdsl.cli.flags import Color, Config, Debug, FailOn, Filename, IstioVersion, Mesh, Now, Quiet, Strict, Verbose
from ztdsl.cli.flags import Workloads as Inventory
from ztdsl.cli.secrets import secret
from ztdsl.cli.settings import announce, refuse_empty, settings_at
from ztdsl.cli.streams import STDOUT, write_product
from ztdsl.cli.subjects import exit_of, opened, refuse_two_subjects
from ztdsl.cli.usage import UsageProblem
from ztdsl.diagnostics.model import Severity

if TYPE_CHECKING:
    from ztdsl.api import RequestInspection, TokenInspection
    from ztdsl.scenario.subject import Subject

File = Annotated[str, Argument(metavar="FILE", help="the file with the token; - is stdin")]
Policy = Annotated[str | None, Argument(metavar="POLICY", help="the policy whose issuers judge it; or see -f")]
Issuer = Annotated[
    str | None, Option("--issuer", metavar="NAME", help="the issuer that it should be of, instead of the one it names")
]
Keys = Annotated[str | None, Option("--keys", metavar="FILE", help="the issuer's JWK set, where it is not declared")]
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format")]

_BEARER = "Bearer "


def inspect_token(
    file: File,
    policy: Policy = None,
    filename: Filename = None,
    issuer: Issuer = None,
    keys: Keys = None,
    now: Now = None,
    workloads: Inventory = None,
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
    """Print what a proxy makes of a token, and what requests with it meet."""
    del debug, quiet  # the guard reads the one; the other has nothing to silence
    refuse_empty({"FILE": file, "POLICY": policy, "--issuer": issuer, "--keys": keys, "--now": now})
    if [file, keys, *(filename or [])].count("-") > 1:
        raise UsageProblem("stdin is named more than once", "name a file")
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on)
    when, chosen = settings_at(now, mesh, config, istio_version)
    at = time() if when is None else when.timestamp()
    subject, limit = None, None
    if policy is not None or filename:
        refuse_two_subjects(policy, filename)
        ready = opened(policy, filename or [], workloads, chosen)
        if verbose:
            announce(ready.configuration)
        if ready.subject is None:
            say_findings(ready.report, color=color)
            return exit_of(ready.report)
        subject, limit = ready.subject, ready.configuration.fail_on
    found = _inspected(subject, file, issuer, keys, at)
    written(found, output=output, color=color)
    if threshold.fails(found.report, Severity.ERROR if subject is None else limit):
        return exits.FINDINGS
    return exits.UNDECIDED if found.is_undecided else exits.CLEAN


def _inspected(subject: Subject | None, file: str, issuer: str | None, keys: str | None, now: float) -> TokenInspection:
    from ztdsl.api import UnknownIssuer, UnreadableKeys, inspect_token  # noqa: PLC0415 - a mistake needs none of it

    try:
        return inspect_token(_token(file), subject, issuer=issuer, keys=key_text(keys), now=now)
    except UnknownIssuer as unknown:
        known = ", ".join(f"`{each}`" for each in unknown.known) or "none"
        raise UsageProblem(f"`--issuer {unknown.name}` is none that is declared", f"declared: {known}") from None
    except UnreadableKeys as unreadable:
        raise UsageProblem(f"`{keys}` is no JWK set: {unreadable.why}") from None


def written(found: TokenInspection | RequestInspection, *, output: str, color: str) -> None:
    """Write what was found to stdout, and for people the findings to stderr."""
    if output == "json":
        write_product(json.dumps(found.to_dict(), indent=2) + "\n")
        return
    write_product(found.text(width=text_width(STDOUT)))
    if found.report.findings:
        say_findings(found.report, color=color)


def key_text(file: str | None) -> str | None:
    """The text of a key set in a file.

    Raises:
        UsageProblem: it is not UTF-8.
    """
    if file is None:
        return None
    try:
        return secret(file).decode()
    except UnicodeDecodeError:
        raise UsageProblem(f"`{file}` is not UTF-8, so it is no JWK set") from None


def _token(file: str) -> str:
    """The token in a file, without space around it and without what an `Authorization` header has before it.

    Raises:
        UsageProblem: the file is empty.
    """
    text = secret(file).decode("latin-1").strip().removeprefix(_BEARER).strip()
    if not text:
        raise UsageProblem(f"`{file}` is empty", "write the token to it")
    return text
