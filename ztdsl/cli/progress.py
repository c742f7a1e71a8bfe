"""How far a long run is, on a terminal alone, and gone when it ends."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ztdsl.cli.streams import STDERR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WIPE: Final = b"\r\x1b[K"


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Takes the count so far and of all; None where stderr is no terminal.

    The line is wiped at the end, also where the run fails, so that a finding does not stand behind it.
    """
    if not os.isatty(STDERR):
        yield None
        return
    counts: list[int] = []

    def show(count: int, total: int) -> None:
        counts.append(count)
        os.write(STDERR, _WIPE + f"{what} {count} of {total}".encode())

    try:
        yield show
    finally:
        if counts:
            os.write(STDERR, _WIPE)
