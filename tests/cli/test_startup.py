"""What `ztc` does not import before it is needed."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ztdsl import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

HEAVY = {"typer", "click", "rich", "pydantic", "jinja2", "deepdiff", "yaml", "cryptography", "joserfc"}


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


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["build", "policies.py"], 0),
        (["check", "policies.py", "-o", "sarif"], 0),
        (["check", "policies.py", "--verify"], 0),
        (["check", "-f", "manifests.yaml"], 0),
        (["check", "missing.py", "-o", "json"], 2),
        (["explain", "ZT101"], 0),
        (["explain", "policies.py", "orders:8080"], 0),
        (["simulate", "policies.py", "--from", "frontend", "--to", "orders", "--http", "GET /orders"], 0),
        (["simulate", "-f", "manifests.yaml", "--requests", "-", "-o", "jsonl"], 0),
        (["test", "policies.py"], 2),
        (["config", "policies.py"], 0),
        (["inspect", "cert", "policies.py"], 2),
        (["init", "made"], 0),
        (["version"], 0),
    ],
    ids=str,
)
def test_a_process_that_has_imported_nothing_does_the_same(
    words: list[str], code: int, good: Path, tmp_path: Path, ztc: Ztc, cold_ztc: Ztc
) -> None:
    """What other tests see of `ztc` with everything imported (`tests.warm`) is what people see."""
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(ztc("build", good).out)
    warm, cold = tmp_path / "warm", tmp_path / "cold"
    for place in (warm, cold):
        place.mkdir()
        for file in (good, manifests):
            (place / file.name).write_text(file.read_text())

    ended = cold_ztc(*words, cwd=cold)

    assert ended.code == code, ended
    assert ended == ztc(*words, cwd=warm)


def test_a_process_that_a_policy_kills_takes_no_other_with_it(good: Path, ztc: Ztc, cold_ztc: Ztc) -> None:
    """The exit code is the signal's, as for any process, and the next command runs."""
    killing = good.with_name("killing.py")
    killing.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")

    assert ztc("build", killing) == cold_ztc("build", killing)
    assert ztc("build", killing).code == -signal.SIGKILL
    assert ztc("build", good).code == 0
