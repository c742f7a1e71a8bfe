"""Measure transitions: every change, in every order, and print a table.

python -m tests.mesh.transition_table [words of changes...]
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Final

from tests.mesh.changes import CHANGES, Change
from tests.mesh.orders import ORDERS, printed
from tests.mesh.transition import Outcome, Way, Wrong, transitions

_AT_ONCE: Final = ("printed", "kinds by name")
"""The orders that are measured with one `kubectl apply` of all objects, too."""


def ways(change: Change) -> Iterator[tuple[str, str, Way]]:
    """Every order one by one, some at once, and deletions first where there are any."""
    for name in _AT_ONCE:
        yield name, "at once", Way(ORDERS[name], is_stepwise=False)
    for name, order in ORDERS.items():
        yield name, "one by one", Way(order, is_stepwise=True)
    if change.deleted:
        yield "printed, deletions first", "at once", Way(printed, is_stepwise=False, deletes_first=True)
        yield "printed, deletions first", "one by one", Way(printed, is_stepwise=True, deletes_first=True)


def main(words: list[str]) -> None:
    """Print a line for each change and way."""
    _say("| change | order | applied | requests | wrongly refused | wrongly let through | settled after |")
    _say("|---|---|---|---:|---:|---:|---:|")
    with transitions(f"transitions-{os.getpid()}") as lab:
        for change in CHANGES:
            if not words or any(word in change.name for word in words):
                for name, applied, way in ways(change):
                    _say(f"| {change.name} | {name} | {applied} | {_cells(lab.go(change, way))} |")


def _cells(outcome: Outcome) -> str:
    cells = (str(outcome.sent), _wrong(outcome.refused), _wrong(outcome.let_through), f"{outcome.milliseconds:.0f} ms")
    return " | ".join(cells)


def _wrong(wrong: Wrong) -> str:
    return f"{wrong.count} in {wrong.milliseconds:.0f} ms" if wrong.count else "0"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
