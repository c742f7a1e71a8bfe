"""A repository to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ztdsl import init_repository
from ztdsl.api import OutputRefused

if TYPE_CHECKING:
    from pathlib import Path


def test_it_returns_what_it_wrote(tmp_path: Path) -> None:
    """The paths are those of the files, below the directory that was given."""
    written = init_repository(tmp_path / "a" / "b")
    assert {path.relative_to(tmp_path / "a" / "b").as_posix() for path in written} == {
        "policies.py",
        "ztc.toml",
        "README.md",
        ".github/workflows/policies.yml",
    }
    assert all(path.is_file() for path in written)


def test_every_file_in_the_way_is_reported(tmp_path: Path) -> None:
    """One diagnostic for each, and a dangling link is in the way too."""
    (tmp_path / "ztc.toml").touch()
    (tmp_path / "policies.py").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputRefused) as refused:
        init_repository(tmp_path)
    assert [finding.code for finding in refused.value.diagnostics] == ["ZT014", "ZT014"]
    assert not (tmp_path / "README.md").exists()
