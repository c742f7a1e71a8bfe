"""`ztc inspect cert`: who a certificate says its bearer is, and whether that is proved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from ztdsl.cli import exits
from ztdsl.cli.color import wants_color, width_of
from ztdsl.cli.findings import Threshold, say_finding, say_findings
from ztdsl.cli.flags import Color, Config, Debug, FailOn, IstioVersion, Mesh, Now, Quiet, Strict, Verbose
from ztdsl.cli.settings import announce, refuse_empty, refuse_stdin, settings_at
from ztdsl.cli.streams import STDOUT, write_product
from ztdsl.cli.usage import UsageProblem

Source = Annotated[
    str, Argument(metavar="SOURCE", help="a file of certificates, - for stdin, or the HOST:PORT of a TLS server")
]
Policy = Annotated[
    str | None, Argument(metavar="POLICY", help="the policy file that says which workload this is, or FILE:VARIABLE")
]
Ca = Annotated[
    list[str] | None, Option("--ca", metavar="FILE", help="the CAs that you trust; may be given several times")
]
ClientCert = Annotated[
    str | None, Option("--client-cert", metavar="FILE", help="the certificate to show to a server, in PEM")
]
ClientKey = Annotated[str | None, Option("--client-key", metavar="FILE", help="its key, in PEM and not encrypted")]
ServerName = Annotated[
    str | None, Option("--server-name", metavar="NAME", help="the name to ask a server for, instead of its host")
]
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format of the report")]


def inspect_cert(
    source: Source,
    policy: Policy = None,
    ca: Ca = None,
    client_cert: ClientCert = None,
    client_key: ClientKey = None,
    server_name: ServerName = None,
    now: Now = None,
    output: Output = "text",
    mesh: Mesh = None,
    config: Config = None,
    istio_version: IstioVersion = None,
    strict: Strict = False,
    fail_on: FailOn = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print what the certificates of a file or a server prove."""
    del debug, quiet  # the guard reads the one; the other has nothing to silence
    given = {"SOURCE": source, "POLICY": policy, "--server-name": server_name, "--now": now}
    refuse_empty({**given, "--client-cert": client_cert, "--client-key": client_key, "--ca": min(ca or ["."])})
    if policy is not None:
        refuse_stdin(policy)
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on)
    own = _own(client_cert, client_key)
    when, chosen = settings_at(now, mesh, config, istio_version)

    from ztdsl.api import NoAnswer, inspect_certificate  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    try:
        with diverted_stdout():
            found = inspect_certificate(
                source, policy, ca=ca or (), client=own, server_name=server_name, now=when, **chosen
            )
    except NoAnswer as failure:
        for finding in failure.diagnostics:
            say_finding(finding, color=color)
        return exits.UNREACHABLE
    if verbose:
        announce(found.configuration)
    if found.inspection is None:
        say_findings(found.report, color=color)
        return exits.FINDINGS
    if output == "json":
        write_product(json.dumps(found.to_dict(), indent=2) + "\n")
    else:
        write_product(found.text(width_of(STDOUT), color=wants_color(color, STDOUT)))
    return exits.FINDINGS if threshold.fails(found.report, found.configuration.fail_on) else exits.CLEAN


def _own(certificate: str | None, key: str | None) -> tuple[Path, Path] | None:
    """The files to show to a server.

    Raises:
        UsageProblem: one is named without the other.
    """
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        missing = "--client-key" if key is None else "--client-cert"
        raise UsageProblem("a certificate is shown together with its key", f"name the other file with {missing}")
    return Path(certificate), Path(key)
