"""`ztc config`: the settings in force and where each came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from ztdsl.cli import exits
from ztdsl.cli.flags import Color, Config, Debug, IstioVersion, Mesh, Quiet, Templates, Today, Verbose
from ztdsl.cli.settings import settings
from ztdsl.cli.streams import write_product

SCHEMA = "ztdsl/settings/v1"
Policy = Annotated[str | None, Argument(metavar="POLICY", help="the policy file, from which settings are searched")]
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format")]


def config(
    policy: Policy = None,
    output: Output = "text",
    mesh: Mesh = None,
    config: Config = None,  # the flag is named as the command is
    istio_version: IstioVersion = None,
    templates: Templates = None,
    today: Today = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print each setting, its value and its source."""
    del color, quiet, verbose, debug  # accepted as everywhere
    chosen = settings(mesh, config, istio_version, today, templates)
    from ztdsl.api import read_settings  # noqa: PLC0415

    rows = read_settings(policy, **chosen)
    return exits.CLEAN
