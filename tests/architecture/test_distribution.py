"""What is shipped, and that it works where there is no checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.architecture.conftest import Distribution

Installed = Callable[..., subprocess.CompletedProcess[str]]


def below(root: Path, *folders: str) -> set[str]:
    """The files of some folders, by their paths below `root`."""
    return {str(path.relative_to(root)) for folder in folders for path in (root / folder).rglob("*") if path.is_file()}


@pytest.fixture
def installed(distribution: Distribution, tmp_path: Path) -> Installed:
    """Runs the installed `ztc` in an empty directory outside the checkout."""

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(distribution.installed)}
        command = [sys.executable, "-P", str(distribution.installed / "bin" / "ztc"), *map(str, words)]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


def test_the_wheel_has_the_package_its_templates_and_the_pages(distribution: Distribution) -> None:
    """Nothing more (no tests, no examples) and nothing less."""
    root = distribution.source
    expected = below(root, "ztdsl")
    for folder in ("manifest", "init", "completion"):
        expected |= {f"ztdsl/_{name}" for name in below(root, f"templates/{folder}")}
    expected |= {f"ztdsl/_{name}" for name in below(root, "docs/checks")}
    with zipfile.ZipFile(distribution.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = {name.split("/", 1)[1] for name in wheel.namelist() if ".dist-info/" in name}
    assert names == expected
    assert metadata >= {"METADATA", "entry_points.txt", "licenses/LICENSE"}


def test_the_sdist_can_be_tested_and_built(distribution: Distribution) -> None:
    """It has the sources, the tests and everything that both need."""
    with tarfile.open(distribution.sdist) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    expected = below(distribution.source, "ztdsl", "templates", "docs", "examples", "tests", "bench")
    expected |= {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "justfile", "mkdocs.yml"}
    assert expected - names == set()


def test_the_installed_package_is_the_one_that_runs(distribution: Distribution, tmp_path: Path) -> None:
    """The tests below do not reach the checkout by accident."""
    environment = {**os.environ, "PYTHONPATH": str(distribution.installed)}
    program = "import ztdsl, ztdsl.package_data as data; print(ztdsl.__file__, data.located('templates', 'init'))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert all(path.startswith(str(distribution.installed)) for path in done.stdout.split())


def test_it_builds_an_example(installed: Installed, root: Path, tmp_path: Path) -> None:
    """The installed `ztc` makes of an example what the checkout's makes of it."""
    shutil.copytree(root / "examples" / "quickstart", tmp_path / "quickstart")
    done = installed("build", "quickstart/policies.py")
    here = subprocess.run(
        [sys.executable, "-m", "ztdsl", "build", str(tmp_path / "quickstart" / "policies.py")],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.returncode, done.stderr) == (0, here.stderr)
    assert done.stdout == here.stdout
    assert done.stdout


def test_it_explains_a_code(installed: Installed, root: Path) -> None:
    """The pages of the documentation are in the package."""
    done = installed("explain", "ZT112")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (root / "docs" / "checks" / "ZT112.md").read_text()


def test_it_makes_a_repository_that_builds(installed: Installed) -> None:
    """`ztc init` and `ztc build` work from the package alone."""
    assert installed("init").returncode == 0
    done = installed("build", "policies.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_it_prints_a_completion_script(installed: Installed, root: Path) -> None:
    """The scripts are in the package."""
    assert installed("completion", "bash").stdout == (root / "templates" / "completion" / "ztc.bash").read_text()
