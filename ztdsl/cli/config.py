"""`ztc config`: the settings in force and where each came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from ztdsl.cli import exits
from ztdsl.cli.flags import Color, Config, Debug, IstioVersion, Mesh, Quiet, Templates, Today, Verbose
from ztdsl.cli.settings import settings
from ztdsl.cli.streams import write_product

if TYPE_CHECKING:
    from ztdsl.config import Configuration

    Row = tuple[str, str, str]

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
    from ztdsl.config import settings_table  # noqa: PLC0415

    configuration = read_settings(policy, **chosen)
    rows = settings_table(configuration)
    write_product(_json(configuration, rows) if output == "json" else _table(rows))
    return exits.CLEAN


def _json(configuration: Configuration, rows: list[Row]) -> str:
    settings = [{"name": name, "value": value, "source": source} for name, value, source in rows]
    file = None if configuration.file is None else str(configuration.file)
    return json.dumps({"schema": SCHEMA, "file": file, "settings": settings}, indent=2) + "\n"


def _table(rows: list[Row]) -> str:
    table = [("SETTING", "VALUE", "SOURCE"), *rows]
    first, second = (max(len(row[column]) for row in table) for column in (0, 1))
    return "".join(f"{name:<{first}}  {value:<{second}}  {source}\n" for name, value, source in table)
