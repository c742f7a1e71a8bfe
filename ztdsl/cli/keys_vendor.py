"""`ztc keys vendor`: the public keys of an issuer as a file beside the policy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.findings import Threshold
from ztdsl.cli.flags import Color, Debug, Policy, Quiet, Today, Verbose
from ztdsl.cli.inspect_jwks import unknown_issuer
from ztdsl.cli.key_flags import CaFile, IssuerName, Offline, PrivateAddresses, Timeout, ended, is_url, length, limits
from ztdsl.cli.outputs import write_file
from ztdsl.cli.settings import refuse_empty, refuse_stdin, settings
from ztdsl.cli.streams import say
from ztdsl.cli.usage import UsageProblem

OutFile = Annotated[
    str | None,
    Option("--out-file", metavar="FILE", help="where to write, instead of the issuer's `jwks_file` or keys/NAME.json"),
]
From = Annotated[str | None, Option("--from", metavar="FILE", help="a file or an https address of the keys instead")]
Expires = Annotated[str, Option("--expires-in", metavar="TIME", help="for how long the keys are to be used")]


def keys_vendor(
    policy: Policy,
    issuer: IssuerName = None,
    out_file: OutFile = None,
    from_: From = None,
    expires_in: Expires = "90d",
    offline: Offline = False,
    ca_file: CaFile = None,
    allow_private_addresses: PrivateAddresses = False,
    timeout: Timeout = "10s",
    today: Today = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Write the public keys of an issuer, with their digest, source and last day."""
    from ztdsl.api import UnknownKeyIssuer, read_settings, vendor_keys  # noqa: PLC0415 - help needs none of it
    from ztdsl.api.key_vendoring import may_overwrite  # noqa: PLC0415
    from ztdsl.cli.secrets import secret  # noqa: PLC0415
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    del debug, verbose  # the guard reads the one; the other has nothing to add
    refuse_stdin(policy)
    refuse_empty({"--issuer": issuer, "--out-file": out_file, "--from": from_})
    if issuer is None:
        raise UsageProblem("`--issuer` is missing", "name the issuer whose keys are wanted, or its variable")
    if offline and (from_ is None or is_url(from_)):
        raise UsageProblem("--offline forbids to fetch keys", "name a file with --from")
    allowed = limits(timeout, ca_file, private_addresses=allow_private_addresses)
    day = settings(None, None, None, today, None)["today"]
    given = None
    if from_ is not None:
        given = (from_, "" if is_url(from_) else secret(from_).decode("utf-8", errors="surrogateescape"))
    try:
        with diverted_stdout():
            day = day or read_settings(policy).today
            made = vendor_keys(
                policy, issuer, given=given, kept=length("--expires-in", expires_in), today=day, limits=allowed
            )
    except UnknownKeyIssuer as unknown:
        raise unknown_issuer(unknown) from None
    code = ended(made.report, Threshold(None), color=color, is_unreachable=made.is_unreachable)
    if made.text is None:
        return code if code != exits.CLEAN else exits.FINDINGS
    target = out_file if out_file is not None else os.path.relpath(made.file)
    if target != "-" and not may_overwrite(Path(target)):
        raise UsageProblem(f"`{target}` holds no keys, and is not overwritten", "name another file with --out-file")
    if out_file is None:
        made.file.parent.mkdir(exist_ok=True)
    write_file(target, made.text)
    if not quiet and target != "-":
        say(f"{target}: keys of {made.issuer} from {made.source}\n")
    return exits.CLEAN
