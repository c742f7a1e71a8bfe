"""A scenario file as plain data, with the place of every part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span
from ztdsl.manifests import unreadable
from ztdsl.manifests.unreadable import Fault
from ztdsl.scenario.yaml_tree import Keyed, Listed, lines_of, region_of, tree_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.scenario.yaml_tree import Part

_MOST_BYTES = 4 << 20


class Unreadable(Exception):  # noqa: N818 - named for what happened
    """A file is not what it should be; `finding` says why and where."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of one YAML document stand."""

    file: str
    root: Part

    def span(self, path: Sequence[str | int], *, key: bool = False) -> Span:
        """The place of the part that `path` leads to, or of its key, or of the nearest part around it that exists."""
        part, named = self.root, region_of(self.root)
        for step in path:
            if isinstance(part, Keyed) and step in part.values:
                named, part = part.keys[str(step)], part.values[str(step)]
            elif isinstance(part, Listed) and isinstance(step, int) and step < len(part.items):
                part = part.items[step]
                named = region_of(part)
            else:
                named = region_of(part)
                break
        line, column, end_line, end_column = lines_of(named if key else region_of(part))
        if end_line != line:
            return Span(self.file, line + 1, column + 1)
        return Span(self.file, line + 1, column + 1, end_line + 1, end_column + 1)


def read(file: Path) -> tuple[Any, Places]:
    """The content of a file of one YAML document.

    Raises:
        Unreadable: it is no such file, or larger or deeper than a person writes.
    """
    name = str(file)
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise _unreadable(Span(name), f"`{name}` is larger than {_MOST_BYTES >> 20} MiB")
        text = file.read_text("utf-8-sig")
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise Unreadable(diagnostic("ZT007", f"`{name}` cannot be read: {reason}", Label(Span(name)))) from None
    except UnicodeDecodeError:
        raise Unreadable(diagnostic("ZT007", f"`{name}` is not UTF-8 text", Label(Span(name)))) from None
    try:
        data, root = tree_of(name, text)
    except unreadable.Unreadable as error:
        message = f"`{name}` is not YAML: {error.message}" if error.fault is Fault.SYNTAX else error.message
        raise _unreadable(error.span, message) from None
    return data, Places(name, root)


def _unreadable(place: Span, message: str) -> Unreadable:
    return Unreadable(diagnostic("ZT050", message, Label(place)))
