"""Configuration files on disk, and what reading them gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from ztdsl.config import Configuration, ConfigurationFailure, read_configuration
from ztdsl.diagnostics.model import Diagnostic, Label
from ztdsl.diagnostics.source import span_of

Write = Callable[[str, str], Path]
Underlined = Callable[[Label | None], str]


class Read(Protocol):
    """Reads the configuration that is in force in the test's directory."""

    def __call__(
        self, *, environ: Mapping[str, str] | None = None, file: Path | None = None, **flags: str | bool | None
    ) -> Configuration:
        """Read it."""
        ...


class Problems(Protocol):
    """Reads a configuration that does not fit; everything that is wrong with it."""

    def __call__(
        self, *, environ: Mapping[str, str] | None = None, file: Path | None = None, **flags: str | bool | None
    ) -> tuple[Diagnostic, ...]:
        """Read it."""
        ...


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below the test's directory, which is a repository."""
    (tmp_path / ".git").mkdir()

    def write_file(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read the configuration of `policies.py` in the test's directory."""
    monkeypatch.chdir(tmp_path)

    def read_it(
        *, environ: Mapping[str, str] | None = None, file: Path | None = None, **flags: str | bool | None
    ) -> Configuration:
        return read_configuration(Path("policies.py"), flags=flags, environ=environ or {}, config_file=file)

    return read_it


@pytest.fixture
def problems(read: Read) -> Problems:
    """Read a configuration that does not fit."""

    def refuse(
        *, environ: Mapping[str, str] | None = None, file: Path | None = None, **flags: str | bool | None
    ) -> tuple[Diagnostic, ...]:
        with pytest.raises(ConfigurationFailure) as caught:
            read(environ=environ, file=file, **flags)
        return caught.value.diagnostics

    return refuse


@pytest.fixture
def underlined() -> Underlined:
    """The text in the place of a label, behind its file and line."""

    def text_of(label: Label | None) -> str:
        assert label is not None
        span = span_of(label.place)
        assert span.line is not None
        assert span.column is not None
        assert span.end_line is not None
        file = Path(span.file)
        lines = file.read_text(encoding="utf-8").split("\n")[span.line - 1 : span.end_line]
        end = None if span.end_column is None else span.end_column - 1
        lines[-1] = lines[-1][:end]
        lines[0] = lines[0][span.column - 1 :]
        return f"{file.name}:{span.line}: " + "\n".join(lines)

    return text_of
