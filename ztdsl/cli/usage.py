"""Mistakes on the command line, each as one message in our own words."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class UsageProblem(Exception):  # noqa: N818 - it is what the user's line has, not what the program has
    """The command line does not say what to do.

    Attributes:
        message: one lower-case phrase without a full stop, the user's text in backticks.
        help: what to do, a phrase each.
    """

    def __init__(self, message: str, *help: str) -> None:  # noqa: A002 - the word that reports print
        super().__init__(message)
        self.message = message
        self.help = help

    def text(self) -> str:
        """The message as it is printed, with a final newline."""
        from ztdsl.diagnostics.formats.escape import visible  # noqa: PLC0415 - most commands make no mistake

        lines = [f"error: {visible(self.message)}", *(f"  = help: {visible(phrase)}" for phrase in self.help)]
        return "\n".join(lines) + "\n"


def near_miss(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """`did you mean` for the known word nearest to `word`; empty where none is near."""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return tuple(f"did you mean `{match}`?" for match in matches)


def candidates(known: Iterable[str]) -> tuple[str, ...]:
    """What could be meant, as one piece of advice; empty where nothing could."""
    names = ", ".join(f"`{each}`" for each in known)
    return (f"candidates: {names}",) if names else ()
