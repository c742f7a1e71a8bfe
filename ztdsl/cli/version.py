"""`ztc version`: what this is and what it renders for."""

from __future__ import annotations

import json
import platform
from typing import Annotated

from typer import Option

from ztdsl import __version__
from ztdsl.cli import exits
from ztdsl.cli.flags import Color, Debug, Quiet, Verbose
from ztdsl.cli.streams import write_product
from ztdsl.traffic.mesh import NEWEST_ISTIO, OLDEST_ISTIO

SCHEMA = "ztdsl/version/v1"
Output = Annotated[str, Option("-o", "--output", metavar="text|json", help="the format")]


def version(
    output: Output = "text",
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print the versions of ztc and Python, and the range of Istio's."""
    del color, quiet, verbose, debug  # accepted as everywhere
    oldest, newest = (".".join(map(str, number)) for number in (OLDEST_ISTIO, NEWEST_ISTIO))
    if output == "json":
        facts = {
            "schema": SCHEMA,
            "ztc": __version__,
            "python": platform.python_version(),
            "istio": {"oldest": oldest, "newest": newest},
        }
        text = json.dumps(facts, indent=2) + "\n"
    else:
        text = f"ztc {__version__}\npython {platform.python_version()}\nistio {oldest} to {newest}\n"
    write_product(text)
    return exits.CLEAN
