"""Keeps what a policy file prints off stdout, which carries the product."""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_STDOUT: Final = 1
_STDERR: Final = 2


@contextmanager
def diverted_stdout() -> Iterator[None]:
    """Within the block stdout is stderr, for `print`, for written descriptors and for child processes.

    Where `sys.stdout` is no longer the process's own stdout (a caller captures it) or stdout is closed,
    only `sys.stdout` is exchanged. Where there is no stderr, what is printed is lost.
    """
    stdout, stderr = sys.stdout, sys.stderr
    saved = _divert_descriptor(stdout)
    nowhere = None if stderr is not None else open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = stderr if nowhere is None else nowhere
    try:
        yield
    finally:
        sys.stdout = stdout
        if nowhere is not None:
            nowhere.close()
        if saved is not None:
            _restore_descriptor(stdout, saved)


def _divert_descriptor(stdout: TextIO | None) -> int | None:
    """Point descriptor 1 at stderr; a copy of what it was, or None where it was left alone."""
    if not _is_process_stdout(stdout):
        return None
    _flush(stdout)
    saved = fcntl.fcntl(_STDOUT, fcntl.F_DUPFD_CLOEXEC, _STDERR + 1)  # never the number of a stderr that is closed
    try:
        os.dup2(_STDERR, _STDOUT)
    except OSError:  # stderr is closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDOUT)
        os.close(nowhere)
    return saved


def _restore_descriptor(stdout: TextIO | None, saved: int) -> None:
    _flush(stdout)  # what was written through an older reference belongs to the block
    os.dup2(saved, _STDOUT)
    os.close(saved)


def _is_process_stdout(stdout: TextIO | None) -> bool:
    try:
        return stdout is not None and stdout.fileno() == _STDOUT and os.fstat(_STDOUT) is not None
    except (OSError, ValueError, AttributeError):  # closed, or an object without a descriptor
        return False


def _flush(stdout: TextIO | None) -> None:
    """Flush; a stream that its owner closed or whose reader has gone has nothing more to give."""
    if stdout is not None:
        with suppress(OSError, ValueError):
            stdout.flush()
