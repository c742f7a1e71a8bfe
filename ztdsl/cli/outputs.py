"""Where a product goes: stdout, one file, or a directory of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ztdsl.cli.streams import NotWritten, say, write_product

if TYPE_CHECKING:
    from ztdsl.api import Build


def write_file(target: str, text: str) -> None:
    """Write `text` to the file `target`, whole or not at all; `-` is stdout.

    Raises:
        NotWritten: the disk is full, the directory is missing, or writing is not allowed.
    """
    if target == "-":
        write_product(text)
        return
    from ztdsl.api.atomic import write_atomically  # noqa: PLC0415 - stdout needs none of it

    try:
        write_atomically(Path(target), text)
    except OSError as error:
        raise NotWritten(f"`{target}`", error) from error


def write_directory(built: Build, target: str, *, quiet: bool) -> None:
    """Write a file per namespace and an inventory to the directory `target`, and say what changed there.

    Raises:
        NotWritten: as for `write_file`.
        OutputRefused: a file that would be overwritten is not ours.
    """
    from ztdsl.api import write_manifests  # noqa: PLC0415

    try:
        written = write_manifests(built, Path(target))
    except OSError as error:
        raise NotWritten(f"`{target}`", error) from error
    if not quiet:
        counts = f"{len(written.written)} written, {len(written.removed)} removed, {len(written.unchanged)} unchanged"
        say(f"{target}: {counts}\n")
