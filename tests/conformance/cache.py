"""Where programs that take minutes to build are kept outside the checkout, and who builds there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cached(name: str) -> Path:
    """A place of that name in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "ztdsl", name)


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """No other process builds in there meanwhile: two at once take twice as long."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
