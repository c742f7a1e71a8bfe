"""Policy files on disk, and what loading them reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from ztdsl.diagnostics.model import Diagnostic, Label, Span
from ztdsl.diagnostics.source import span_of
from ztdsl.load import LoadFailure, load

Write = Callable[[str, str], Path]
Placed = Callable[[Diagnostic], Span]
Underlined = Callable[[Label | None], str]


class Refused(Protocol):
    """Loads a target that does not load; its one diagnostic."""

    def __call__(self, target: str = "policies.py") -> Diagnostic:
        """Load `target`."""
        ...


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below the test's directory."""

    def write_file(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Load a target that does not load; its one diagnostic."""
    monkeypatch.chdir(tmp_path)

    def load_it(target: str = "policies.py") -> Diagnostic:
        with pytest.raises(LoadFailure) as caught:
            load(target)
        (diagnostic,) = caught.value.diagnostics
        return diagnostic

    return load_it


@pytest.fixture
def placed() -> Placed:
    """The place of a diagnostic that has one."""

    def span(found: Diagnostic) -> Span:
        assert found.primary is not None
        return span_of(found.primary.place)

    return span


@pytest.fixture
def underlined() -> Underlined:
    """The text in the place of a label, behind its file and line."""

    def text_of(label: Label | None) -> str:
        assert label is not None
        span = span_of(label.place)
        file = Path(span.file)
        assert span.line is not None
        if span.column is None:
            return f"{file.name}:{span.line}"
        assert span.end_line == span.line
        line = file.read_text(encoding="utf-8").split("\n")[span.line - 1]
        end = None if span.end_column is None else span.end_column - 1
        return f"{file.name}:{span.line}: {line[span.column - 1 : end]}"

    return text_of
