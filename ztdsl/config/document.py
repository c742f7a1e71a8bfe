"""One configuration file: its text, the table of settings in it, and where each part stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ztdsl.config.failure import ConfigurationFailure
from ztdsl.config.positions import positions_of
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ztdsl.config.positions import Positions, Region

_PYPROJECT: Final = "pyproject.toml"
_AT: Final = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\s*$")


@dataclass(frozen=True)
class Document:
    """A configuration file with settings in it.

    Attributes:
        file: its absolute path.
        text: what it says, each line ended by a line feed alone.
        prefix: the keys that lead to the settings: none in `ztc.toml`, `tool`, `ztc` in `pyproject.toml`.
        table: the settings as TOML gives them.
    """

    file: Path
    text: str
    prefix: tuple[str, ...]
    table: Mapping[str, object]

    @cached_property
    def _positions(self) -> Positions:
        return positions_of(self.text)

    def key(self, *path: str | int) -> Label:
        """The place of a key below the table, or of the nearest one above that has a place."""
        return Label(self._nearest(path, keys=True))

    def value(self, *path: str | int) -> Label:
        """The place of a value below the table, or of its key where a header opens it."""
        return Label(self._nearest(path, keys=False))

    def source(self, *path: str | int) -> str:
        """Where a setting comes from, in words: `ztc.toml:3`."""
        return f"{self.file.name}:{self._nearest(path, keys=True).line}"

    def spelled(self, *path: str | int) -> str:
        """A value as the file spells it, on one line and not too long."""
        region = self._positions.values.get((*self.prefix, *path))
        if region is None:
            return "a table"
        text = " ".join(self.text[region.start : region.end].split())
        longest = 60
        return f"`{text}`" if len(text) <= longest else f"`{text[:longest]}...`"

    def header(self, *path: str) -> str:
        """The header that opens a table of settings."""
        return "[" + ".".join((*self.prefix, *path)) + "]"

    def _nearest(self, path: tuple[str | int, ...], *, keys: bool) -> Span:
        whole = (*self.prefix, *path)
        positions = self._positions
        if not keys and whole in positions.values:
            return self._span(positions.values[whole])
        while whole:
            if whole in positions.keys:
                return self._span(positions.keys[whole])
            whole = whole[:-1]
        return Span(str(self.file), 1)

    def _span(self, region: Region) -> Span:
        line, column = _line_and_column(self.text, region.start)
        end_line, end_column = _line_and_column(self.text, region.end)
        return Span(str(self.file), line, column, end_line, end_column)


def read_document(file: Path) -> Document | None:
    """The settings of a file; None for a `pyproject.toml` without our table.

    Raises:
        ConfigurationFailure: ZT007 where the file cannot be read as text, ZT010 where it is not TOML.
    """
    text = _text(file)
    is_shared = file.name == _PYPROJECT
    if is_shared and "ztc" not in text:
        return None  # most projects' files: not worth a parser
    parsed = _parsed(file, text)
    if not is_shared:
        return Document(file, text, (), parsed)
    tool = parsed.get("tool")
    if not isinstance(tool, dict) or "ztc" not in tool:
        return None
    table = tool["ztc"]
    if isinstance(table, dict):
        return Document(file, text, ("tool", "ztc"), table)
    message = "`tool.ztc` must be a table"
    place = Document(file, text, ("tool", "ztc"), {}).value()
    raise ConfigurationFailure((diagnostic("ZT010", message, place),))


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise _unreadable(file, "does not exist") from None
    except IsADirectoryError:
        raise _unreadable(file, "is a directory") from None
    except OSError as error:
        raise _unreadable(file, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except ValueError:  # a null byte in the name
        raise _unreadable(file, "cannot be read: no file has such a name") from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        start = error.start + len(data) - len(error.object)  # a byte order mark was taken off
        line = data.count(b"\n", 0, start) + 1
        raise _unreadable(file, f"is not UTF-8: byte 0x{data[start]:02x} at offset {start}", line) from None


def _unreadable(file: Path, what: str, line: int | None = None) -> ConfigurationFailure:
    from ztdsl.diagnostics.source import display_path  # noqa: PLC0415 - only for failures

    name = display_path(str(file)).replace("\0", "\\0")
    place = Label(Span(str(file).replace("\0", "\\0"), line))
    return ConfigurationFailure((diagnostic("ZT007", f"configuration file `{name}` {what}", place),))


def _parsed(file: Path, text: str) -> dict[str, object]:
    import tomllib  # noqa: PLC0415 - only where there is a configuration

    try:
        return tomllib.loads(text)
    except RecursionError:
        message, place = "configuration is nested too deeply", Span(str(file))
    except ValueError as error:  # a TOMLDecodeError, or a number of too many digits
        message, place = _complaint(file, text, str(error))
    raise ConfigurationFailure((diagnostic("ZT010", message, Label(place)),))


def _complaint(file: Path, text: str, words: str) -> tuple[str, Span]:
    """Python's words about broken TOML, and the place that stands behind them."""
    match = _AT.search(words)
    start = words[: match.start()] if match else words
    message = f"configuration is not TOML: {start[:1].lower()}{start[1:]}"
    if match is None:
        return message, Span(str(file))
    if match[1] is not None:
        line, column = int(match[1]), int(match[2])
    else:
        line, column = _line_and_column(text, len(text.rstrip()))
    return message, Span(str(file), line, column, line, column + 1)


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
