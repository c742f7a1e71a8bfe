"""A file is written whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from errno import ELOOP
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_SUFFIX: Final = ".ztc-part"


def write_atomically(path: Path, text: str) -> None:
    """Make `path` hold exactly `text` as UTF-8; a reader sees the old file or the new one, never a part.

    An existing file keeps its mode, and a symbolic link keeps pointing where it did. What is no regular
    file, such as a pipe or a device, is written in place.

    Raises:
        OSError: `path` cannot be written; an existing file is as it was.
    """
    try:
        target = path.resolve()
    except RuntimeError as error:  # what Python says of links that lead in a circle
        raise OSError(ELOOP, "links lead in a circle") from error
    mode = _mode_of(path)
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb", buffering=0) as stream:  # `/dev/stdout` may resolve to a pipe, which has no name
            _write_all(stream.fileno(), text.encode())
        return
    temporary = target.parent / f".{target.name}.{os.getpid()}{_SUFFIX}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            _write_all(descriptor, text.encode())
            os.fchmod(descriptor, _default_mode() if mode is None else stat.S_IMODE(mode))
        finally:
            os.close(descriptor)
        temporary.replace(target)
    except BaseException:  # Ctrl-C too must not leave the temporary file behind
        with suppress(OSError):
            temporary.unlink()
        raise


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _default_mode() -> int:
    """The mode that the user's umask gives to a new file."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
