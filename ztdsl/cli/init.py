"""`ztc init`: a small working repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from ztdsl.cli import exits
from ztdsl.cli.flags import Color, Debug, Quiet, Verbose
from ztdsl.cli.streams import NotWritten, say, write_product

Directory = Annotated[str, Argument(metavar="DIR", help="where to write; made if it is missing", show_default=".")]


def init(
    directory: Directory = ".",
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Write the files of a new repository and list them."""
    del color, verbose, debug  # the guard reads them
    from ztdsl.api.initialise import init_repository  # noqa: PLC0415

    try:
        written = init_repository(Path(directory))
    except OSError as error:
        raise NotWritten(f"`{directory}`", error) from error
    write_product("".join(f"{path}\n" for path in written))
    if not quiet:
        say(f"next: ztc build {Path(directory) / 'policies.py'}\n")
    return exits.CLEAN
