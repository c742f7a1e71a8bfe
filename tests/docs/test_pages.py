"""Every page does what it shows: its files build, its commands print what stands below them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.docs.conftest import Play

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    page.relative_to(DOCS).as_posix()
    for page in DOCS.rglob("*.md")
    if page.relative_to(DOCS).parts[0] not in {"checks", "adr"}  # checks have tests of their own, decisions are prose
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_does_what_it_shows(name: str, play: Play) -> None:
    """Each file of the page builds and each of its commands prints exactly what the page says."""
    play(DOCS / name)
