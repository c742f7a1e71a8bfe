"""The small mesh that several files of tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import pytest

from tests.mesh import lane
from tests.mesh.small import Small, running

_FIGURES: Final = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Small]:
    """A mesh with server, client, visitor, gateway and a stranger; see `tests.mesh.small`."""
    with ExitStack() as stack:
        with lane.required():
            mesh = stack.enter_context(running(tmp_path_factory.mktemp("authorities")))
        yield mesh
        met = f"{mesh.agreed} requests met what was expected and predicted"
        pytestconfig.stash[_FIGURES] = [met, *mesh.figures]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was sent and measured."""
    figures = config.stash.get(_FIGURES, [])
    if figures:
        terminalreporter.section("small mesh")
        for each in figures:
            terminalreporter.write_line(each)
