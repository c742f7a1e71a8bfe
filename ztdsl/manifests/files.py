"""The texts that paths name: files, whole directories, stdin."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.diagnostics.model import Diagnostic

STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"
ENDINGS: Final = (".yaml", ".yml", ".json")
MOST_BYTES: Final = 256 << 20
_BINARY: Final = 8_192


def texts(paths: Iterable[str], problems: list[Diagnostic]) -> Iterator[tuple[str, str]]:
    """The name and the text of every file that `paths` name, directories in order of name; of each file once.

    What cannot be read becomes one of `problems` (ZT007), and the rest is read all the same.
    """
    seen: set[str] = set()
    for path in paths:
        if path == STDIN:
            text = _decoded(STDIN_NAME, sys.stdin.buffer.read(MOST_BYTES + 1), problems)
            if text is not None:
                yield STDIN_NAME, text
            continue
        for file in _files(path, problems):
            real = os.path.realpath(file)
            if real in seen:
                continue
            seen.add(real)
            text = _text(file, problems)
            if text is not None:
                yield file, text


def _files(path: str, problems: list[Diagnostic]) -> Iterator[str]:
    """The file, or the YAML and JSON files below a directory; links to directories may loop and are not followed."""
    if not Path(path).is_dir():
        yield path
        return

    def unreadable(error: OSError) -> None:
        problems.append(_problem(str(error.filename), _reason(error)))

    for directory, below, names in os.walk(path, onerror=unreadable):
        below.sort()
        for name in sorted(names):
            if not name.endswith(ENDINGS):
                continue
            file = Path(directory) / name
            if file.exists() and not file.is_file() and not file.is_dir():
                problems.append(_problem(str(file), "it is a pipe, a socket or a device"))
            else:
                yield str(file)


def _text(file: str, problems: list[Diagnostic]) -> str | None:
    try:
        with Path(file).open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        problems.append(_problem(file, _reason(error)))
        return None
    return _decoded(file, data, problems)


def _decoded(file: str, data: bytes, problems: list[Diagnostic]) -> str | None:
    if len(data) > MOST_BYTES:
        problems.append(_problem(file, f"it is larger than {MOST_BYTES >> 20} MiB"))
        return None
    if b"\0" in data[:_BINARY]:
        problems.append(_problem(file, "it is not a text"))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(_problem(file, f"it is not UTF-8 text (byte {error.start})"))
        return None


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown error").lower()


def _problem(file: str, reason: str) -> Diagnostic:
    place = None if file == STDIN_NAME else Label(Span(file))
    return diagnostic("ZT007", f"`{file}` cannot be read: {reason}", place)
