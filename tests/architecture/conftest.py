"""The distribution, built once for all tests of a session."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Distribution:
    """A built wheel and sdist, the sources they were built from, and where the wheel is installed."""

    source: Path
    wheel: Path
    sdist: Path
    installed: Path


@pytest.fixture(scope="session")
def distribution(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """Built from a copy of the checkout, as `python -m build` does it, but with the tools that are here."""
    work = tmp_path_factory.mktemp("distribution")
    source = work / "source"
    hidden = shutil.ignore_patterns(".*", "__pycache__", "site", "dist", "out")
    shutil.copytree(root, source, ignore=hidden)
    shutil.copy(root / ".gitignore", source)
    python = [sys.executable, "-m"]
    subprocess.run([*python, "build", "--no-isolation", "--outdir", work, source], check=True, capture_output=True)
    (wheel,), (sdist,) = work.glob("*.whl"), work.glob("*.tar.gz")
    installed = work / "installed"
    install = ["pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target"]
    subprocess.run([*python, *install, installed, wheel], check=True, capture_output=True)
    return Distribution(source, wheel, sdist, installed)
