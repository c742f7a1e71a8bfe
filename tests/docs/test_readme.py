"""The README shows the quickstart as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.docs.conftest import Play

ROOT = Path(__file__).parent.parent.parent
QUICKSTART = ROOT / "examples" / "quickstart" / "policies.py"


def test_the_readme_shows_what_the_quickstart_builds(play: Play) -> None:
    """Each object that the README shows is one that the quickstart builds, and each excerpt is of its policy."""
    play(ROOT / "README.md", policy=QUICKSTART)
