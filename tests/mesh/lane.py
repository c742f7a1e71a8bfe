"""Where the tests of a real mesh run: only when asked for, and where `CI` is set they must."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from tests.mesh.binaries import NoMesh

REQUIRED: Final = bool(os.environ.get("CI"))
only = pytest.mark.skipif(
    "mesh" not in os.environ.get("ZTC_LANES", "").split(","),
    reason="runs a real mesh: set ZTC_LANES=mesh",
)
"""The mark of every test module of this lane: `pytestmark = lane.only`."""


@contextmanager
def required() -> Iterator[None]:
    """Skip where no mesh can run, with the reason; where `CI` is set, fail."""
    try:
        yield
    except NoMesh as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"no mesh here: {lacking}")


def own_name(part: str) -> str:
    """A name for a mesh that no other run uses at the same time."""
    return f"{part}-{os.getpid()}"
