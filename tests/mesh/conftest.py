"""The small mesh that several files of tests share, and a summary of what was sent through all meshes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest

from tests.mesh import lane
from tests.mesh.small import Small, running

_NOTES: Final = pytest.StashKey[list[str]]()
_OUTPUT: Final = "mesh"
"""Where a worker of xdist leaves its notes for the process that prints the summary."""


@pytest.fixture(scope="session")
def note(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Adds a line to the summary at the end of the run."""
    return pytestconfig.stash.setdefault(_NOTES, []).append


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, note: Callable[[str], None]) -> Iterator[Small]:
    """A mesh with server, client, visitor, gateway and a stranger; see `tests.mesh.small`."""
    with ExitStack() as stack:
        with lane.required():
            mesh = stack.enter_context(running(tmp_path_factory.mktemp("authorities")))
        yield mesh
        note(f"small mesh: {mesh.agreed:,} requests met what was expected and predicted")
        for figure in mesh.figures:
            note(f"small mesh: {figure}")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the notes that a worker of xdist leaves."""
    node.config.stash.setdefault(_NOTES, []).extend(getattr(node, "workeroutput", {}).get(_OUTPUT, []))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the notes of a worker for the process that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_OUTPUT] = session.config.stash.get(_NOTES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was sent and measured."""
    notes = config.stash.get(_NOTES, [])
    if notes:
        terminalreporter.section("what was sent through real meshes")
        for each in sorted(notes):
            terminalreporter.write_line(each)
