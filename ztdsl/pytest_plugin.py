"""The pytest plugin: a fixture that opens policies, so that platform repositories test them in Python.

def test_support_cannot_delete(ztc: Ztc) -> None:
policy = ztc.policy("policies.py")
assert policy.refuses("frontend", "DELETE /orders/7", to="orders")
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        key = (named if isinstance(named, Path) else id(named), mesh)
        if key not in self._opened:
            self._opened[key] = policy_under_test(named, mesh=mesh)
        return self._opened[key]

    def manifests(self, *paths: str, workloads: str | None = None, mesh: str | Mesh | None = None) -> PolicyUnderTest:
        """Manifests that answer questions; arguments and failures as for `manifests_under_test`."""
        from ztdsl.api.testing import manifests_under_test  # noqa: PLC0415

        named = self._named(paths)
        inventory = None if workloads is None else str(self.root / workloads)
        key = (*named, inventory, mesh)
        if key not in self._opened:
            self._opened[key] = manifests_under_test(named, workloads=inventory, mesh=mesh)
        return self._opened[key]

    def _named(self, paths: Sequence[str]) -> list[str]:
        return [str(self.root / path) for path in paths]


@pytest.fixture(scope="session")
def ztc(pytestconfig: pytest.Config) -> Ztc:
    """Opens policies and manifests by names relative to pytest's root directory."""
    return Ztc(pytestconfig.rootpath)
