"""`ztc init`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from ztdsl import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

WRITTEN = ["policies.py", "ztc.toml", "README.md", ".github/workflows/policies.yml"]


def test_the_files_are_listed_on_stdout(tmp_path: Path, ztc: Ztc) -> None:
    """Each path that was written, a line each; what to do next on stderr."""
    ended = ztc("init", "new")
    assert ended.code == 0
    assert ended.out.splitlines() == [f"new/{name}" for name in WRITTEN]
    assert ended.err == "next: ztc build new/policies.py\n"
    assert all((tmp_path / "new" / name).is_file() for name in WRITTEN)


def test_what_it_writes_builds_for_both_meshes(tmp_path: Path, ztc: Ztc) -> None:
    """The new repository is clean and gives manifests."""
    assert ztc("init").code == 0
    assert ztc("check", "policies.py", "--strict").code == 0
    for mesh in ("staging", "production"):
        ended = ztc("build", "policies.py", "--mesh", mesh)
        assert (ended.code, ended.err) == (0, "")
        assert list(yaml.safe_load_all(ended.out))
    assert tmp_path.exists()


def test_the_workflow_installs_this_version(tmp_path: Path, ztc: Ztc) -> None:
    """The CI step is valid YAML and pins the version that wrote it."""
    ztc("init")
    text = (tmp_path / ".github" / "workflows" / "policies.yml").read_text()
    steps = yaml.safe_load(text)["jobs"]["policies"]["steps"]
    assert {"run": f"pip install ztdsl=={__version__}"} in steps


def test_nothing_is_overwritten(tmp_path: Path, ztc: Ztc) -> None:
    """If one of the files exists, none is written and the exit code is 2."""
    (tmp_path / "README.md").write_text("mine\n")
    ended = ztc("init")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error[ZT014]: `README.md` exists already\n")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
