"""The type checkers as processes, on copies of files: what they say in a project that uses the library."""

from __future__ import annotations

import ast
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

HERE = Path(__file__).parent
ACCEPTED, REJECTED = HERE / "accepted.py", HERE / "rejected.py"
SEEDED = sorted((HERE.parent / "seeded" / "cases").glob("*.py"))
EXAMPLES = [
    sorted(each.parent.glob("*.py")) for each in sorted((HERE.parent.parent / "examples").glob("*/policies.py"))
]


@dataclass(frozen=True)
class Complaint:
    """One error that a type checker reports about a file."""

    file: Path
    line: int
    message: str


@dataclass(frozen=True)
class Checker:
    """A strict type checker.

    Attributes:
        name: what it is called.
        check: its complaints about some of the files above, from one run over as many as can stand together, since
            reading the library takes most of its time.
    """

    name: str
    check: Callable[[Iterable[Path]], list[Complaint]]


@pytest.fixture(scope="session", params=["mypy", "pyright"])
def checker(request: pytest.FixtureRequest) -> Checker:
    """mypy, then pyright."""
    return Checker(request.param, request.getfixturevalue(f"_{request.param}"))


@pytest.fixture(scope="session")
def _mypy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Iterable[Path]], list[Complaint]]:
    """Modules of one name, as the examples have them, need runs of their own; they share a cache."""
    cache = tmp_path_factory.mktemp("mypy-cache")
    words = ["--config-file=", "--strict", "--follow-imports=silent", "--output=json", f"--cache-dir={cache}"]

    def run(files: Iterable[Path]) -> list[Complaint]:
        folder = tmp_path_factory.mktemp("mypy")
        sources = _copies(files, folder)
        ended = _process(["mypy", *words, *(each.name for each in sources)], folder, {"MYPYPATH": str(root)})
        assert ended.returncode in {0, 1}, ended.stdout + ended.stderr
        found: list[_MypyError] = [json.loads(line) for line in ended.stdout.splitlines() if line]
        return [
            Complaint(sources[folder / each["file"]], each["line"], each["message"])
            for each in found
            if each["severity"] == "error"
        ]

    at_once = {ACCEPTED, REJECTED, *filter(is_python, SEEDED)}
    found = run(at_once)

    def check(files: Iterable[Path]) -> list[Complaint]:
        wanted = {*files}
        return [each for each in found if each.file in wanted] if wanted <= at_once else run(wanted)

    return check


@pytest.fixture(scope="session")
def _pyright(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Iterable[Path]], list[Complaint]]:
    """Everything in one run: what stands in one folder is one project."""
    place = tmp_path_factory.mktemp("pyright").resolve()
    sources: dict[Path, Path] = {}
    for number, files in enumerate([[ACCEPTED], [REJECTED], SEEDED, *EXAMPLES]):
        (place / str(number)).mkdir()
        sources |= _copies(files, place / str(number))
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": [str(root)]}
    (place / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    ended = _process(["pyright", "--outputjson", "--pythonpath", sys.executable], place, {})
    assert ended.returncode in {0, 1}, ended.stdout + ended.stderr
    report: _PyrightReport = json.loads(ended.stdout)
    assert report["summary"]["filesAnalyzed"] == len(sources)
    found = [
        Complaint(sources[Path(each["file"])], each["range"]["start"]["line"] + 1, each["message"])
        for each in report["generalDiagnostics"]
        if each["severity"] == "error"
    ]

    def check(files: Iterable[Path]) -> list[Complaint]:
        wanted = {*files}
        assert wanted <= {*sources.values()}
        return [each for each in found if each.file in wanted]

    return check


def is_python(file: Path) -> bool:
    """Whether it parses; mypy stops at a syntax error and says nothing of other files."""
    try:
        ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError:
        return False
    return True


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


class _Summary(TypedDict):
    filesAnalyzed: int


class _PyrightReport(TypedDict):
    generalDiagnostics: list[_PyrightError]
    summary: _Summary


def _copies(files: Iterable[Path], folder: Path) -> dict[Path, Path]:
    return {Path(shutil.copy(file, folder)): file for file in files}


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
