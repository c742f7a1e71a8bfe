"""The small mesh that several files of tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.mesh import lane
from tests.mesh.small import Small, running


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """A mesh with server, client, visitor, gateway and a stranger; see `tests.mesh.small`."""
    with ExitStack() as stack:
        with lane.required():
            mesh = stack.enter_context(running(tmp_path_factory.mktemp("authorities")))
        yield mesh


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """End the log with what the tests say they did."""
    reports = [each for group in terminalreporter.stats.values() for each in group if hasattr(each, "user_properties")]
    lines = {line for each in reports for name, line in each.user_properties if name == lane.SUMMARY}
    if lines:
        terminalreporter.section("what was sent through real meshes")
        for line in sorted(map(str, lines)):
            terminalreporter.write_line(line)
