"""User text made safe to show: no character moves the cursor, hides or reorders what stands beside it."""

from __future__ import annotations

import unicodedata
from typing import Final

_TAB: Final = 4
_WIDE: Final = frozenset("WF")


def visible(text: str) -> str:
    """The text on one line, control and format characters (bidirectional overrides, too) as Python escapes."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def cell(character: str) -> tuple[str, int]:
    """How a source line shows one character, and how many columns of a terminal that takes.

    East Asian wide characters take two columns (Unicode Standard Annex 11), combining marks none.
    """
    if character.isascii() and character.isprintable():
        return character, 1
    if character == "\t":
        return " " * _TAB, _TAB
    if not character.isprintable():
        shown = _escaped(character)
        return shown, len(shown)
    if unicodedata.category(character) in {"Mn", "Me"}:
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
