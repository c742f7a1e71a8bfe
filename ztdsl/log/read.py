"""A stream of a log: one line after the other, whoever wrote it."""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from ztdsl.log.json_line import read_json
from ztdsl.log.line import LogLine, Unreadable
from ztdsl.log.rbac import RbacLines
from ztdsl.log.text import read_text
from ztdsl.log.ztunnel import is_ztunnel, read_ztunnel, read_ztunnel_json

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES: Final = 1 << 20
"""A longer line is none of an access log; it is passed over and counted, so that it cannot fill the memory."""
_CHUNK: Final = 1 << 18
_GZIP: Final = b"\x1f\x8b"
_POD: Final = re.compile(rb"\[pod/[^\]\s]+\] ")
_CRI: Final = re.compile(rb"\d{4}-\d\d-\d\dT\S+ std(?:out|err) [FP] ")
TOO_LONG: Final = b"\n"
"""What stands for a line that is too long: no line has its own end."""


class LogReader:
    """Reads lines of all known formats, mixed as they come; one reader for each stream."""

    def __init__(self) -> None:
        self._rbac = RbacLines()

    def read(self, line: bytes) -> LogLine | None:
        """What a line says; None for a part of several lines, and for one that is empty.

        Raises:
            Unreadable: it is none of a known log.
        """
        if line == TOO_LONG:
            reason = f"it is longer than {MOST_BYTES >> 20} MiB"
            raise Unreadable(reason)
        line = bare(line)
        if not line:
            return None
        if line[:1] == b"{":
            return read_ztunnel_json(line) if b'"scope"' in line and b'"access"' in line else read_json(line)
        text = line.decode("utf-8", "backslashreplace")
        if line[:1] == b"[" and line[1:2].isdigit() and b'] "' in line[:60]:
            return read_text(text)
        if is_ztunnel(text):
            return read_ztunnel(text)
        found = self._rbac.read(text)
        if found is None and not self._rbac.is_part(text):
            reason = "it has none of the known formats"
            raise Unreadable(reason)
        return found


def bare(line: bytes) -> bytes:
    """The line without its end, and without what `kubectl logs --prefix` or a container runtime puts before it."""
    line = line.strip()
    if line[:5] == b"[pod/":
        line = line[prefix.end() :] if (prefix := _POD.match(line)) else line
    if line[:2] == b"20":
        line = line[prefix.end() :] if (prefix := _CRI.match(line)) else line
    return line


class Broken(Exception):  # noqa: N818 - named for what happened
    """A log cannot be read to its end; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """The bytes of a log, unpacked where they are packed with gzip; `-` is stdin.

    Raises:
        OSError: it cannot be read.
    """
    if file == "-":
        yield _unpacked(sys.stdin.buffer)
        return
    with Path(file).open("rb") as raw:
        yield _unpacked(raw)


def _unpacked(stream: BinaryIO) -> BinaryIO:
    """What a stream holds; it is looked into and not rewound, for a pipe cannot be."""
    is_packed = isinstance(stream, BufferedReader) and stream.peek(len(_GZIP))[: len(_GZIP)] == _GZIP
    return gzip.GzipFile(fileobj=stream) if is_packed else stream  # type: ignore[return-value] # reads bytes as a file does


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Every line without its end, never more than a part of the stream at once; `TOO_LONG` for one that is too long.

    Raises:
        Broken: what is packed is cut off or damaged.
    """
    rest, is_skipping = b"", False
    while True:
        chunk = _chunk(stream)
        if not chunk:
            break
        first, *others = chunk.split(b"\n")
        if not others:
            rest, is_skipping = (
                (b"", True) if is_skipping or len(rest) + len(first) > MOST_BYTES else (rest + first, False)
            )
            continue
        yield TOO_LONG if is_skipping else rest + first
        is_skipping = False
        rest = others.pop()
        yield from others
    if rest or is_skipping:
        yield TOO_LONG if is_skipping else rest


def _chunk(stream: BinaryIO) -> bytes:
    try:
        return stream.read1(_CHUNK) if hasattr(stream, "read1") else stream.read(_CHUNK)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        reason = "its gzip data is cut off" if isinstance(error, EOFError) else "its gzip data is damaged"
        raise Broken(reason) from None
