from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = sorted(each.parent for each in (Path(__file__).parent.parent.parent / "examples").glob("*/policies.py"))


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_examples_have_no_type_errors(example: Path, checker: str, request: pytest.FixtureRequest) -> None:
    """Each example, a project of its own, passes the strict type checkers."""
    check: Callable[[Iterable[Path]], list[Any]] = request.getfixturevalue(checker)

    assert check(sorted(example.glob("*.py"))) == []
