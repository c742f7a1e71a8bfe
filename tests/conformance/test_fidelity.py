"""The page about fidelity is what the vectors say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.fidelity import page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Golden


def test_the_page_is_made_from_the_vectors(root: Path, golden: Golden) -> None:
    """It cannot go stale: `just golden` writes it, and this compares."""
    golden(root / "docs" / "explanation" / "fidelity.md", page())
