"""Which configuration file is in force."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ztdsl.config.document import read_document
from ztdsl.config.failure import ConfigurationFailure
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from ztdsl.config.document import Document


def named(file: Path) -> Document:
    """The configuration that the user named.

    Raises:
        ConfigurationFailure: as for `read_document`; ZT010 for a `pyproject.toml` without our table.
    """
    document = read_document(_absolute(file))
    if document is None:
        message = f"`{file}` has no table `tool.ztc`"
        advice = "write the settings under `[tool.ztc]`, or in a `ztc.toml`"
        place = Label(Span(str(_absolute(file))))
        raise ConfigurationFailure((diagnostic("ZT010", message, place, help=[advice]),))
    return document


def found(start: Path) -> Document | None:
    """The first configuration upwards from a file or directory, the repository's root being the last place.

    `ztc.toml` wins over a table in the `pyproject.toml` beside it; a `pyproject.toml` without the table
    is passed over. Where no directory has a `.git`, the search ends at the root of the file system.

    Raises:
        ConfigurationFailure: as for `read_document`.
    """
    first = _absolute(start)
    directory = first if first.is_dir() else first.parent
    for place in (directory, *directory.parents):
        own, shared = place / "ztc.toml", place / "pyproject.toml"
        if os.path.lexists(own):
            return read_document(own)
        document = read_document(shared) if shared.is_file() else None
        if document is not None or os.path.lexists(place / ".git"):
            return document
    return None


def _absolute(path: Path) -> Path:
    """The path from the root; links are not followed, so that a linked policy finds what stands beside the link."""
    return Path(os.path.abspath(path))  # noqa: PTH100
