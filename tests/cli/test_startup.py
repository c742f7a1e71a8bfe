"""What `ztc` does not import before it is needed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ztdsl import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

HEAVY = {"typer", "click", "rich", "pydantic", "jinja2", "deepdiff", "yaml"}


def imported(root: Path, *words: str) -> set[str]:
    """The names of all modules that one run of `ztc` imports."""
    command = [sys.executable, "-X", "importtime", "-m", "ztdsl", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip() for line in lines}


@pytest.mark.parametrize("words", [["--version"], ["-V"], ["completion", "bash"], ["--help"]], ids=" ".join)
def test_the_first_answers_need_no_third_party_package(words: list[str], root: Path) -> None:
    """Version, completion and overview are answered from Python alone."""
    assert not imported(root, *words) & HEAVY


@pytest.mark.parametrize("words", [["--version"], ["completion", "zsh"]], ids=" ".join)
def test_version_and_completion_need_hardly_anything(words: list[str], root: Path) -> None:
    """Not even Python's `re` and `pathlib`, which would double the start."""
    assert not imported(root, *words) & {"re", "pathlib", "json", "dataclasses"}


def test_a_command_needs_typer_alone(root: Path) -> None:
    """The command line is parsed without rich and pydantic."""
    assert imported(root, "version") & HEAVY == {"typer"}


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_is_one_line(flag: str, ztc: Ztc) -> None:
    """The name and the version, for people and for scripts."""
    ended = ztc(flag)
    assert (ended.code, ended.out, ended.err) == (0, f"ztc {__version__}\n", "")
