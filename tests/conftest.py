"""What every test may use: a clean environment, expected outputs, the command line as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.warm import Warm

ROOT = Path(__file__).parent.parent
_SEEN_BY_ZTC = ("NO_COLOR", "FORCE_COLOR", "CI", "SOURCE_DATE_EPOCH", "COLUMNS")

# A shared machine is slow at times, and that is no failure.
settings.register_profile("ztdsl", deadline=None, print_blob=True)
settings.load_profile("ztdsl")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden` rewrites expected outputs instead of comparing with them."""
    parser.addoption("--golden", action="store_true", help="rewrite expected outputs; read the diff afterwards")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """`-n` without `--dist` hands out the groups of `tests.scheduling`."""
    if config.getvalue("dist") != "load":
        return None
    from tests.scheduling import Scheduling  # noqa: PLC0415 - a run without xdist does not need it

    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's shell reaches a test."""
    for name in list(os.environ):
        if name in _SEEN_BY_ZTC or name.startswith("ZTC_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


Golden = Callable[[Path, str], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with the file that holds what is expected; `just golden` rewrites the file instead."""
    rewrite: bool = request.config.getoption("--golden")

    def compare(file: Path, text: str) -> None:
        if rewrite:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"{file} is missing; `just golden` writes it"
        assert text == file.read_text(encoding="utf-8")

    return compare


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str


Ztc = Callable[..., Ended]


@pytest.fixture(scope="session")
def _warm() -> Iterator[Warm]:
    """One waiting process for all commands of this worker."""
    warm = Warm()
    yield warm
    warm.close()


def _environment(env: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}


@pytest.fixture
def ztc(tmp_path: Path, _warm: Warm) -> Ztc:
    """Runs `ztc` as a process of its own, in the test's directory unless `cwd` says otherwise; see `tests.warm`."""

    def run(*words: str | Path, cwd: Path = tmp_path, env: Mapping[str, str] | None = None, stdin: str = "") -> Ended:
        assert not any(name.startswith(("PYTHON", "LC_", "LANG")) for name in env or ()), "only a start reads that"
        return Ended(*_warm.run([*map(str, words)], cwd, _environment(env), stdin))

    return run


@pytest.fixture
def cold_ztc(tmp_path: Path) -> Ztc:
    """Runs `ztc` as `ztc` does, but in an interpreter that starts for it: what the start itself does is seen too."""

    def run(*words: str | Path, cwd: Path = tmp_path, env: Mapping[str, str] | None = None, stdin: str = "") -> Ended:
        command: Sequence[str] = [sys.executable, "-m", "ztdsl", *map(str, words)]
        done = subprocess.run(
            command, cwd=cwd, env=_environment(env), input=stdin, capture_output=True, text=True, timeout=60
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run
