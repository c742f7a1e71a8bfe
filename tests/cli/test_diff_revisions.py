"""Revisions in which the policy file is not there: it is new, or was called otherwise, or nobody can say."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Ztc

POLICY = Path(__file__).parent / "diff" / "policies.py"


def git(place: Path, *words: str) -> None:
    """Run git in a directory of its own settings."""
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *settings, *words], cwd=place, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose first commit has another file alone, with a policy beside it."""
    git(tmp_path, "init")
    (tmp_path / "notes.txt").write_text("nothing yet\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    shutil.copy(POLICY, tmp_path / "policies.py")
    return tmp_path


def test_a_new_policy_is_compared_with_nothing(repository: Path, ztc: Ztc) -> None:
    """Everything is to be created, and the first line says why."""
    git(repository, "add", ".")

    ended = ztc("diff", "policies.py", "--base", "main", "-o", "summary", cwd=repository)

    assert ended.code == 1, ended.err
    assert "which has no `policies.py` yet" in ended.out.splitlines()[0]
    assert {line.split()[1] for line in ended.out.splitlines() if line.startswith(("+", "~", "-"))} == {"create"}


def test_a_renamed_policy_is_compared_with_itself(repository: Path, ztc: Ztc) -> None:
    """No object is new because a file has another name."""
    git(repository, "add", ".")
    git(repository, "commit", "-m", "second")
    git(repository, "mv", "policies.py", "shop.py")

    ended = ztc("diff", "shop.py", "--base", "main", cwd=repository)

    assert (ended.code, ended.err) == (0, "")


def test_a_file_that_git_does_not_track_is_refused(repository: Path, ztc: Ztc) -> None:
    """It may be an old one under another name, whose deletions would not be seen."""
    ended = ztc("diff", "policies.py", "--base", "main", cwd=repository)

    assert (ended.code, ended.out) == (2, "")
    assert "ZT732" in ended.err
    assert "git does not track `policies.py`" in " ".join(ended.err.split())
