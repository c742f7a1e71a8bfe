from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

CASES = sorted((Path(__file__).parent.parent / "seeded" / "cases").glob("*.py"))


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_seeded_mistakes_are_type_errors_where_their_file_says_so(checker: str, request: pytest.FixtureRequest) -> None:
    """A type checker finds the mistakes marked `# types: caught` and has nothing to say of the others."""
    check: Callable[[Iterable[Path]], list[Any]] = request.getfixturevalue(checker)
    files = [file for file in CASES if checker == "pyright" or _is_python(file)]  # mypy stops at a syntax error
    caught = {file.name for file in files if "\n# types: caught\n" in file.read_text(encoding="utf-8")}

    assert {each.file for each in check(files)} == caught


def _is_python(file: Path) -> bool:
    try:
        ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError:
        return False
    return True
