"""`ztc keys diff`: whether one set of keys can follow another without refusing tokens."""

from __future__ import annotations

import json
from typing import Annotated

from typer import Argument, Option

from ztdsl.cli.color import text_width
from ztdsl.cli.findings import Threshold
from ztdsl.cli.flags import Color, Debug, FailOn, Quiet, Strict, Verbose
from ztdsl.cli.key_flags import Refresh, ended, is_url, length, moment
from ztdsl.cli.settings import refuse_empty
from ztdsl.cli.streams import STDOUT, write_product
from ztdsl.cli.usage import UsageProblem

Old = Annotated[str, Argument(metavar="OLD", help="the file of the JWK set that is published now; - is stdin")]
New = Annotated[str, Argument(metavar="NEW", help="the file of the JWK set that takes its place; - is stdin")]
Lifetime = Annotated[
    str | None, Option("--token-lifetime", metavar="TIME", help="how long the issuer's tokens live at most")
]
SignsWith = Annotated[
    str | None, Option("--signs-with", metavar="KID", help="the key that signs once NEW is published")
]
SignsSince = Annotated[
    str | None, Option("--signs-since", metavar="TIME", help="when that key began, or is to begin, to sign")
]
PublishedAt = Annotated[
    str | None, Option("--published-at", metavar="TIME", help="when NEW is published; now if left out")
]
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format")]


def keys_diff(
    old: Old,
    new: New,
    token_lifetime: Lifetime = None,
    refresh_interval: Refresh = "20m",
    signs_with: SignsWith = None,
    signs_since: SignsSince = None,
    published_at: PublishedAt = None,
    output: Output = "text",
    strict: Strict = False,
    fail_on: FailOn = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print what a change of keys does to tokens, and the earliest safe time of each step."""
    from ztdsl.api import compare_keys  # noqa: PLC0415 - help needs none of it
    from ztdsl.cli.secrets import secret  # noqa: PLC0415

    del debug, quiet, verbose  # the guard reads the one; the others have nothing to silence or to add
    refuse_empty({"OLD": old, "NEW": new, "--signs-with": signs_with})
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on)
    if old == new == "-":
        raise UsageProblem("stdin is named more than once", "name a file")
    if is_url(old) or is_url(new):
        raise UsageProblem("two files are compared", "`curl` or `ztc keys vendor` fetches a set to a file")
    if signs_since is not None and signs_with is None:
        raise UsageProblem("--signs-since is for a key", "name it with --signs-with")
    texts = [secret(file).decode("utf-8", errors="surrogateescape") for file in (old, new)]
    found = compare_keys(
        *texts,
        published=moment("--published-at", published_at),
        token_lifetime=None if token_lifetime is None else length("--token-lifetime", token_lifetime),
        refresh_interval=length("--refresh-interval", refresh_interval),
        signs_with=signs_with,
        signs_since=moment("--signs-since", signs_since),
        old_file=old,
        new_file=new,
    )
    if output == "json":
        write_product(json.dumps(found.to_dict(), indent=2) + "\n")
    else:
        write_product(found.text(width=text_width(STDOUT)))
    return ended(found.report, threshold, color=color)
