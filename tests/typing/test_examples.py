from __future__ import annotations

from pathlib import Path

import pytest

from tests.typing.conftest import EXAMPLES, Checker


@pytest.mark.parametrize("files", EXAMPLES, ids=lambda files: files[0].parent.name)
def test_examples_have_no_type_errors(files: list[Path], checker: Checker) -> None:
    """Each example, a project of its own, passes the strict type checkers."""
    assert checker.check(files) == []
