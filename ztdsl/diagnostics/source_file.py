"""The text of a file as it is now, read once for each version of it."""

from __future__ import annotations

import stat
import tokenize
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ztdsl.diagnostics.calls import Calls


class SourceFile:
    """One version of one text file."""

    def __init__(self, text: str) -> None:
        self.text: Final = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends, split where Python's tokenizer splits (not at form feeds or U+2028)."""
        return self.text.split("\n")

    @cached_property
    def calls(self) -> Calls:
        """The calls in the file; none where it is not Python that can be parsed."""
        from ztdsl.diagnostics.calls import calls_in  # noqa: PLC0415 - only findings need a syntax tree

        return calls_in(self.text)

    def line(self, number: int) -> str | None:
        """The text of one line, counted from 1; None where the file has no such line."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else None

    def character(self, number: int, column: int) -> int:
        """The character, counted from 1, at a column in UTF-8 bytes counted from 0; the line's end at most."""
        line = self.lines[number - 1]
        if line.isascii():
            return min(column, len(line)) + 1
        return len(line.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace")) + 1


_Signature = tuple[int, int, int, int]
_read: Final[dict[str, tuple[_Signature, SourceFile]]] = {}


def source_file(file: str) -> SourceFile | None:
    """The file as it is now, read once for each version of it; None where it cannot be read.

    Python's own rules find the encoding (PEP 263, UTF-8 if nothing else is said). Bytes that do not
    fit it are shown as U+FFFD: this text is only for showing, whoever loads a file judges its encoding.
    """
    try:
        signature = _signature(file)
        if signature is None:
            return None
        known = _read.get(file)
        if known is not None and known[0] == signature:
            return known[1]
        source = SourceFile(_text(file))
    except (OSError, ValueError):  # a ValueError is a null byte in the file's name
        return None
    _read[file] = (signature, source)
    return source


def _signature(file: str) -> _Signature | None:
    """What changes when the file does; None for anything but a regular file, which may block when it is read."""
    facts = Path(file).stat()
    if not stat.S_ISREG(facts.st_mode):
        return None
    return (facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size)


def _text(file: str) -> str:
    try:
        with tokenize.open(file) as stream:
            return stream.read()
    except (SyntaxError, UnicodeDecodeError):  # an unknown encoding is a SyntaxError
        with Path(file).open(encoding="utf-8", errors="replace") as stream:
            return stream.read()
