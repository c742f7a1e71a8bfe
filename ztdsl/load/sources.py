"""Reads Python source as text and compiles it, never from bytecode."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from types import CodeType

    from ztdsl.diagnostics.model import Diagnostic

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


class UnusableSource(Exception):  # noqa: N818 - it carries a finding
    """A source file that cannot be read or compiled, with the finding that says why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


class Sources:
    """The source files that one load has read."""

    def __init__(self) -> None:
        self.texts: Final[dict[str, str]] = {}
        self._rejected: Final[list[SyntaxError]] = []

    def read(self, file: str) -> str:
        """The text of `file`, read once.

        Raises:
            UnusableSource: ZT007, where the file cannot be read as UTF-8 text.
        """
        if file not in self.texts:
            self.texts[file] = _decoded(file, _bytes(file))
        return self.texts[file]

    def compiled(self, file: str) -> CodeType:
        """The code of `file`.

        Raises:
            UnusableSource: ZT007 as for `read`; ZT002 where Python gives up on the file's size or depth.
            SyntaxError: as Python raises it; `rejects` knows it again.
        """
        text = self.read(file)
        try:
            return compile(text, file, "exec", dont_inherit=True)
        except SyntaxError as error:
            self._rejected.append(error)
            raise
        except (RecursionError, MemoryError):
            _refuse("ZT002", f"{_shown(file)} is nested too deeply for Python to compile", Span(file))

    def rejects(self, error: BaseException) -> bool:
        """Whether `error` is Python's complaint about one of these files, not about text that they compile."""
        return any(error is known for known in self._rejected)


def _refuse(code: str, message: str, place: Span, *advice: str) -> NoReturn:
    raise UnusableSource(diagnostic(code, message, Label(place), help=advice)) from None


def _shown(file: str) -> str:
    from ztdsl.diagnostics.source import display_path  # noqa: PLC0415 - only for failures

    return f"`{display_path(file)}`"


def _bytes(file: str) -> bytes:
    try:
        mode = os.stat(file).st_mode  # noqa: PTH116 - this is the path of every import
        if stat.S_ISDIR(mode):
            _refuse("ZT007", f"{_shown(file)} is a directory", Span(file), *_files_in(file))
        if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
            _refuse("ZT007", f"{_shown(file)} is not a regular file", Span(file))
        return Path(file).read_bytes()
    except FileNotFoundError:
        _refuse("ZT007", f"{_shown(file)} does not exist", Span(file), *_near(file))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        _refuse("ZT007", f"{_shown(file)} cannot be read: {reason}", Span(file))
    except ValueError:  # a null byte in the name
        name = file.replace("\0", "\\0")
        _refuse("ZT007", f"{_shown(name)} is not the name of a file", Span(name))


def _files_in(directory: str) -> tuple[str, ...]:
    """Advice: the policy file that probably was meant."""
    return tuple(
        f"name the file: `{_shown(inside)[1:-1]}`"
        for inside in [os.path.join(directory, "policies.py")]  # noqa: PTH118
        if os.path.isfile(inside)  # noqa: PTH113
    )


def _near(file: str) -> tuple[str, ...]:
    """Advice: a file of almost the same name beside the missing one."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for failures

    directory, name = os.path.split(file)
    try:
        beside = os.listdir(directory)  # noqa: PTH208
    except OSError:
        return ()
    close = get_close_matches(name, sorted(beside), n=1)
    return tuple(f"did you mean {_shown(os.path.join(directory, match))}?" for match in close)  # noqa: PTH118


def _decoded(file: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        _refuse(
            "ZT007",
            f"{_shown(file)} is not UTF-8: byte 0x{data[start]:02x} at offset {start}",
            _place_of(file, data, start),
            "it looks like UTF-16: save it as UTF-8" if data.startswith(_UTF16) else "save it as UTF-8",
        )
    if "\0" in text:
        start = data.index(b"\0")
        message = f"{_shown(file)} is not a text file: it has a null byte at offset {start}"
        _refuse("ZT007", message, _place_of(file, data, start))
    return text


def _place_of(file: str, data: bytes, offset: int) -> Span:
    """The place of one byte; everything before it is UTF-8."""
    ends = [match.end() for match in _LINE_END.finditer(data, 0, offset)]
    begin = ends[-1] if ends else 0
    column = len(data[begin:offset].decode("utf-8-sig", "replace")) + 1
    return Span(file, len(ends) + 1, column, len(ends) + 1, column + 1)
