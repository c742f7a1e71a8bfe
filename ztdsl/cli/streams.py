"""stdout carries the product and nothing else; everything that is said goes to stderr."""

from __future__ import annotations

import errno
import os
import select
import sys
from contextlib import suppress
from typing import NoReturn

STDOUT = 1
STDERR = 2


class PipeClosed(Exception):  # noqa: N818 - it is news, not an error
    """The reader of stdout has gone; nobody wants the rest."""


class NotWritten(Exception):  # noqa: N818 - the phrase that reports print
    """The product could not be written.

    Attributes:
        target: what was written to, in the user's words.
        reason: the system's words.
    """

    def __init__(self, target: str, error: OSError) -> None:
        super().__init__(target)
        self.target = target
        self.reason = error.strerror or str(error)


def write_product(text: str) -> None:
    """Write all of `text` to stdout as UTF-8, whatever the locale says.

    Raises:
        PipeClosed: the reader has gone.
        NotWritten: the disk is full, or there is no stdout.
    """
    rest = memoryview(text.encode(errors="backslashreplace"))
    try:
        while rest:
            rest = rest[_write_some(rest) :]
    except BrokenPipeError:
        raise PipeClosed from None
    except OSError as error:
        raise NotWritten("stdout", error) from error


def _write_some(data: memoryview) -> int:
    if sys.stdout is None:  # the process was started without one; the number may be another file's by now
        raise OSError(errno.EBADF, "it is closed")
    try:
        return os.write(STDOUT, data)
    except BlockingIOError:  # another process made the pipe non-blocking, and it is full
        select.select([], [STDOUT], [])
        return 0


def say(text: str) -> None:
    """Print `text`, which ends its own lines, to stderr; without a reader it is lost quietly."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def leave(code: int) -> NoReturn:
    """End the process at once: taking a large graph of objects apart first would cost a second."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)
