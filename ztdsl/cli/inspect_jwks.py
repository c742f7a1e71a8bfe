"""`ztc inspect jwks`: what Istio's proxies make of a set of keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from ztdsl.cli import exits
from ztdsl.cli.color import text_width, wants_color
from ztdsl.cli.findings import Threshold
from ztdsl.cli.flags import Color, Debug, FailOn, Quiet, Strict, Verbose
from ztdsl.cli.key_flags import (
    CaFile,
    IssuerName,
    Offline,
    PrivateAddresses,
    Refresh,
    Timeout,
    ended,
    is_url,
    length,
    limits,
)
from ztdsl.cli.settings import refuse_empty, refuse_stdin
from ztdsl.cli.streams import STDOUT, write_product
from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from datetime import timedelta

    from ztdsl.api import KeyInspection
    from ztdsl.keys.fetch import Limits

Source = Annotated[str, Argument(metavar="FILE", help="a JWK set, its address, or -; with --issuer a policy")]
Fetch = Annotated[bool, Option("--fetch", help="ask the issuer's `jwks_uri`, or else its discovery document")]
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format")]


def inspect_jwks(
    source: Source,
    issuer: IssuerName = None,
    fetch: Fetch = False,
    offline: Offline = False,
    ca_file: CaFile = None,
    allow_private_addresses: PrivateAddresses = False,
    timeout: Timeout = "10s",
    refresh_interval: Refresh = "20m",
    output: Output = "text",
    strict: Strict = False,
    fail_on: FailOn = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print which keys of a set a proxy can use, and what is wrong with it."""
    del debug, quiet, verbose  # the guard reads the one; the others have nothing to silence or to add
    refuse_empty({"FILE": source, "--issuer": issuer})
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on)
    allowed = limits(timeout, ca_file, private_addresses=allow_private_addresses)
    refresh = length("--refresh-interval", refresh_interval)
    if offline and (fetch or is_url(source)):
        raise UsageProblem("--offline forbids what is asked for", "leave it out, or name a file")
    if fetch and issuer is None:
        raise UsageProblem("--fetch is for an issuer of a policy", "name it with --issuer, or give the address itself")
    if issuer is None and source.partition(":")[0].endswith(".py"):
        raise UsageProblem(f"`{source}` is a policy, and no issuer is named", "name one with --issuer")
    found = _inspected(source, issuer, allowed, refresh, may_fetch=fetch)
    if output == "json":
        write_product(json.dumps(found.to_dict(), indent=2) + "\n")
    else:
        write_product(found.text(width=text_width(STDOUT), color=wants_color(color, STDOUT)))
    code = ended(found.report, threshold, color=color, is_unreachable=found.is_unreachable)
    return exits.UNDECIDED if code == exits.CLEAN and found.is_undecided else code


def _inspected(
    source: str, issuer: str | None, allowed: Limits, refresh: timedelta, *, may_fetch: bool
) -> KeyInspection:
    from ztdsl.api import UnknownKeyIssuer, inspect_issuer, inspect_key_server, inspect_keys  # noqa: PLC0415
    from ztdsl.cli.secrets import secret  # noqa: PLC0415 - a server is asked without it
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    if issuer is not None:
        refuse_stdin(source)
        try:
            with diverted_stdout():
                return inspect_issuer(source, issuer, may_fetch=may_fetch, limits=allowed, refresh=refresh)
        except UnknownKeyIssuer as unknown:
            raise unknown_issuer(unknown) from None
    if is_url(source):
        return inspect_key_server(source, limits=allowed, refresh=refresh)
    return inspect_keys(secret(source).decode("utf-8", errors="surrogateescape"), source=source)


def unknown_issuer(unknown: Exception) -> UsageProblem:
    """The mistake of naming an issuer that the policy does not have."""
    known = ", ".join(f"`{each}`" for each in getattr(unknown, "known", ())) or "none in a variable of its own"
    return UsageProblem(f"`--issuer {unknown}` is no issuer of the policy", f"declared: {known}")
