"""Policy files for the tests of diagnostics."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from ztdsl.diagnostics.model import Label, Span, Spot
from ztdsl.diagnostics.source import line_of, span_of
from ztdsl.dsl.declaration import origin_of

if TYPE_CHECKING:
    from pathlib import Path

    from ztdsl.dsl.declaration import Declaration

IMPORTS = (
    "from ztdsl import AnyRequest, AnyWorkload, Anyone, Claim, EndUser, Grpc, "
    "Http, HttpPort, Namespace, Service, allow, deny\n"
)


class Load(Protocol):
    """Writes a policy file, runs it and returns its names."""

    def __call__(self, text: str, name: str = "policies.py") -> dict[str, Any]:
        """Run `text`, which may use the names of `IMPORTS` and stands below them."""


class Mark(Protocol):
    """A label at a part of a declaration."""

    def __call__(self, declaration: Declaration, *path: str | int, text: str = "") -> Label:
        """The label."""


class Cut(Protocol):
    """The text of a place."""

    def __call__(self, place: Spot | Span) -> str:
        """What is underlined, lines joined by newlines."""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Runs policy files in a directory of their own, which is the current one."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, name: str = "policies.py") -> dict[str, Any]:
        path = tmp_path / name
        path.write_text(IMPORTS + dedent(text), encoding="utf-8")
        names: dict[str, Any] = {"__name__": "policies"}
        exec(compile(path.read_bytes(), str(path), "exec"), names)  # noqa: S102 - what loading a policy file is
        return names

    return run


@pytest.fixture
def mark() -> Mark:
    """Makes labels."""

    def make(declaration: Declaration, *path: str | int, text: str = "") -> Label:
        return Label(Spot(origin_of(declaration), path), text)

    return make


@pytest.fixture
def cut() -> Cut:
    """Cuts the text of a place out of its file."""

    def text_of(place: Spot | Span) -> str:
        span = span_of(place)
        assert span.line is not None
        assert span.end_line is not None
        assert span.column is not None
        assert span.end_column is not None
        lines = [line_of(span.file, number) or "" for number in range(span.line, span.end_line + 1)]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)

    return text_of
