"""Manifests as texts, for the checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ztdsl.checks import check
from ztdsl.checks.view import View
from ztdsl.diagnostics.model import Diagnostic
from ztdsl.manifests import read_manifests, read_workloads
from ztdsl.traffic.mesh import Mesh

Checked = Callable[..., list[Diagnostic]]
Viewed = Callable[..., View]


@pytest.fixture
def viewed(tmp_path: Path) -> Viewed:
    """Makes the view of manifests that are given as a text, with an inventory if there is one."""

    def view(text: str, workloads: str | None = None, mesh: Mesh | None = None) -> View:
        (tmp_path / "m.yaml").write_text(text)
        read = read_manifests([str(tmp_path / "m.yaml")])
        assert [finding.message for finding in read.findings] == []
        known = None
        if workloads is not None:
            (tmp_path / "w.yaml").write_text(workloads)
            known, problems = read_workloads(str(tmp_path / "w.yaml"))
            assert problems == ()
        return View(read.documents, mesh or Mesh(), known, read.skipped)

    return view


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Checks manifests that are given as a text."""

    def run(text: str, workloads: str | None = None, mesh: Mesh | None = None) -> list[Diagnostic]:
        (tmp_path / "m.yaml").write_text(text)
        known = None
        if workloads is not None:
            (tmp_path / "w.yaml").write_text(workloads)
            known, _ = read_workloads(str(tmp_path / "w.yaml"))
        return check(read_manifests([str(tmp_path / "m.yaml")]), mesh or Mesh(), known)

    return run
