from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"
_EXPECTATION = re.compile(r'\s*# expect: (?P<code>ZT\d{3})(?: "(?P<text>.*)")?$')
_PAGE = """\
# Seeded mistakes

{count} policy files, each with one mistake that people make in such policies. `ztc` finds every one of them and
underlines the text in the last column; mypy and pyright, both strict, find {caught} of them while the policy is
being written. The files are in `tests/seeded/cases/`, and the tests hold each of them to this table.

| mistake | type checkers | `ztc` | underlined |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Case:
    """A policy file with one mistake.

    Attributes:
        file: the policy file.
        mistake: what is wrong, in a sentence.
        is_caught_by_types: whether mypy and pyright find it as well.
        code: what `ztc` calls it.
        line: where it is; None for the file as a whole.
        text: the underlined source text, to the end of its first line.
    """

    file: Path
    mistake: str
    is_caught_by_types: bool
    code: str
    line: int | None
    text: str | None


def _read(file: Path) -> Case:
    lines = file.read_text(encoding="utf-8").splitlines()
    ((number, found),) = ((n, match) for n, line in enumerate(lines, 1) if (match := _EXPECTATION.search(line)))
    text: str | None = found["text"]
    is_caught = {"# types: caught": True, "# types: missed": False}[lines[1]]
    return Case(file, lines[0].strip('"'), is_caught, found["code"], number if text is not None else None, text)


ALL = [_read(file) for file in sorted(CASES.glob("*.py"))]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.file.stem)
def test_ztc_finds_the_mistake_and_nothing_else(case: Case, ztc: Callable[..., Any]) -> None:
    """One mistake is one finding, at the text that has to change, and stops a strict run."""
    ended = ztc("check", case.file, "-o", "json", "--today", "2026-11-24", "--strict")

    findings = json.loads(ended.out)["findings"]
    lines = case.file.read_text(encoding="utf-8").splitlines()
    found = [(each["code"], each["primary"]["line"], _underlined(lines, each["primary"])) for each in findings]
    assert found == [(case.code, case.line, case.text)], [each["message"] for each in findings]
    assert ended.code == (2 if case.code < "ZT100" else 1)


def test_the_table_of_mistakes_is_up_to_date(root: Path, golden: Callable[[Path, str], None]) -> None:
    """The page for readers lists every case with what catches it; `just golden` writes it."""
    rows = "".join(_row(case) for case in ALL)
    page = _PAGE.format(count=len(ALL), caught=sum(case.is_caught_by_types for case in ALL))

    golden(root / "docs" / "explanation" / "seeded-mistakes.md", page + rows)


def _underlined(lines: list[str], place: Mapping[str, Any]) -> str | None:
    """The first line of a place as it stands in the source, without the expectation behind it."""
    number: int | None = place["line"]
    if number is None:
        return None
    line = lines[number - 1]
    start, end = int(place["column"]) - 1, int(place["endColumn"]) - 1
    return line[start:end] if place["endLine"] == number else _EXPECTATION.sub("", line)[start:]


def _row(case: Case) -> str:
    shown = f"`{case.text}`" if case.text is not None else "the file"
    types = "find it" if case.is_caught_by_types else ""
    code = f"[{case.code}](../checks/{case.code}.md)"
    return "| " + " | ".join((case.mistake.removesuffix("."), types, code, shown.replace("|", "\\|"))) + " |\n"
