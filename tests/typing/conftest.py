"""The type checkers as processes, on copies of files: what they say in a project that uses the library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import pytest


@dataclass(frozen=True)
class Complaint:
    """One error that a type checker reports; the file by its name alone."""

    file: str
    line: int
    message: str


Checker = Callable[[Iterable[Path]], list[Complaint]]


@pytest.fixture(scope="session")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keeps what mypy learned of the library from one run to the next."""
    return tmp_path_factory.mktemp("mypy-cache")


@pytest.fixture
def mypy(root: Path, tmp_path: Path, mypy_cache: Path) -> Checker:
    """Strict mypy over some files, side by side in one folder."""

    def run(files: Iterable[Path]) -> list[Complaint]:
        names = _copy(files, tmp_path)
        words = ["--config-file=", "--strict", "--follow-imports=silent", "--output=json", f"--cache-dir={mypy_cache}"]
        ended = _process(["mypy", *words, *names], tmp_path, {"MYPYPATH": str(root)})
        assert ended.returncode in {0, 1}, ended.stdout + ended.stderr
        found: list[_MypyError] = [json.loads(line) for line in ended.stdout.splitlines() if line]
        return [Complaint(each["file"], each["line"], each["message"]) for each in found if each["severity"] == "error"]

    return run


@pytest.fixture
def pyright(root: Path, tmp_path: Path) -> Checker:
    """Strict pyright over some files, side by side in one folder."""

    def run(files: Iterable[Path]) -> list[Complaint]:
        names = _copy(files, tmp_path)
        settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": [str(root)], "include": names}
        (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
        ended = _process(["pyright", "--outputjson", "--pythonpath", sys.executable], tmp_path, {})
        assert ended.returncode in {0, 1}, ended.stdout + ended.stderr
        report: _PyrightReport = json.loads(ended.stdout)
        return [
            Complaint(Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])
            for each in report["generalDiagnostics"]
            if each["severity"] == "error"
        ]

    return run


class _MypyError(TypedDict):
    file: str
    line: int
    message: str
    severity: str


class _Place(TypedDict):
    line: int


class _Range(TypedDict):
    start: _Place


class _PyrightError(TypedDict):
    file: str
    range: _Range
    message: str
    severity: str


class _PyrightReport(TypedDict):
    generalDiagnostics: list[_PyrightError]


def _copy(files: Iterable[Path], folder: Path) -> list[str]:
    return [Path(shutil.copy(file, folder)).name for file in files]


def _process(words: list[str], folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
