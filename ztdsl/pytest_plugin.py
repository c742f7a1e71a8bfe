"""The pytest plugin: a fixture that opens policies, so that platform repositories test them in Python.

Such a test is `assert ztc.policy("policies.py").refuses("frontend", "DELETE /orders/7", to="orders")`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from ztdsl.api.testing import PolicyUnderTest
    from ztdsl.dsl.policy import Policy
    from ztdsl.traffic.mesh import Mesh


class Ztc:
    """Opens policies and manifests; each is read once in a run.

    Attributes:
        root: what relative names are relative to: pytest's root directory.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._opened: dict[tuple[object, ...], PolicyUnderTest] = {}

    def policy(self, source: str | Path | Policy, *, mesh: str | Mesh | None = None) -> PolicyUnderTest:
        """A policy that answers questions; arguments and failures as for `policy_under_test`."""
        from ztdsl.api.testing import policy_under_test  # noqa: PLC0415 - a run without the fixture pays nothing

        named = self.root / source if isinstance(source, str | Path) else source
        key = ("policy", named, mesh)  # policies are equal only to themselves
        if key not in self._opened:
            self._opened[key] = policy_under_test(named, mesh=mesh)
        return self._opened[key]

    def manifests(self, *paths: str, workloads: str | None = None, mesh: str | Mesh | None = None) -> PolicyUnderTest:
        """Manifests that answer questions; arguments and failures as for `manifests_under_test`."""
        from ztdsl.api.testing import manifests_under_test  # noqa: PLC0415

        named = self._named(paths)
        inventory = None if workloads is None else str(self.root / workloads)
        key = ("manifests", *named, inventory, mesh)
        if key not in self._opened:
            self._opened[key] = manifests_under_test(named, workloads=inventory, mesh=mesh)
        return self._opened[key]

    def _named(self, paths: Sequence[str]) -> list[str]:
        return [str(self.root / path) for path in paths]


_TESTING = "ztdsl.api.testing"
"""The module of the answers, which only a run that asks for one has imported."""


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call() -> Generator[None]:
    """Forget the answers of earlier tests."""
    if _TESTING in sys.modules:
        sys.modules[_TESTING].Answer.last = None
    yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None]:
    """Explain the answer that an `assert` was about, in full: what pytest shows of a value is cut short."""
    failure = None if call.excinfo is None else call.excinfo.value
    if call.when == "call" and isinstance(failure, AssertionError) and _TESTING in sys.modules:
        answer = sys.modules[_TESTING].Answer.last
        if answer is not None:
            failure.add_note(f"\nwhat was asked last:\n{answer.explanation()}")
    yield


@pytest.fixture(scope="session")
def ztc(pytestconfig: pytest.Config) -> Ztc:
    """Opens policies and manifests by names relative to pytest's root directory."""
    return Ztc(pytestconfig.rootpath)
