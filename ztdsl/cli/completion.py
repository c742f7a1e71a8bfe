"""`ztc completion`: the completion script of a shell."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from ztdsl.cli import exits
from ztdsl.cli.completion_script import script
from ztdsl.cli.flags import Color, Debug, Quiet, Verbose
from ztdsl.cli.streams import write_product

Shell = Annotated[str, Argument(metavar="bash|zsh|fish", help="the shell that will read it")]


def completion(
    shell: Shell,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print the script of `shell`."""
    del color, quiet, verbose, debug  # accepted as everywhere
    write_product(script(shell).decode())
    return exits.CLEAN
