"""The page about the examples on a real mesh is what was recorded, and that is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.golden.test_examples import EXAMPLES
from tests.mesh.report import VERDICTS, page, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Golden

FEWEST: Final = 1500
MOST_UNSENT: Final = 40


def test_the_page_is_made_from_what_was_recorded(root: Path, golden: Golden) -> None:
    """It cannot go stale: `just golden` writes it, and this compares."""
    golden(root / "docs" / "explanation" / "real-mesh.md", page())


def test_every_example_is_recorded() -> None:
    """Each was sent requests that met every verdict that there is, and few could not be sent."""
    examples = recorded()["examples"]
    assert sorted(examples) == EXAMPLES
    assert sum(each["requests"] for each in examples.values()) >= FEWEST
    assert {verdict for each in examples.values() for verdict in each["verdicts"]} == set(VERDICTS)
    assert sum(sum(each["unsent"].values()) for each in examples.values()) <= MOST_UNSENT
    for each in examples.values():
        assert sum(each["verdicts"].values()) == sum(each["ways"].values()) == each["requests"]
