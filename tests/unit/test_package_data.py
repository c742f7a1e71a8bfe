"""Files that are no Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ztdsl.package_data import located, resource

if TYPE_CHECKING:
    from pathlib import Path


def test_a_checkout_has_them_at_its_top(root: Path) -> None:
    """Without a packaged copy the checkout's own files are found."""
    assert resource("templates", "init", "policies.py") == root / "templates" / "init" / "policies.py"
    assert located("templates", "init") == str(root / "templates" / "init")


def test_what_is_in_neither_place_is_named() -> None:
    """The message says what the installation lacks."""
    with pytest.raises(FileNotFoundError, match="the installation lacks templates/nothing"):
        resource("templates", "nothing")
