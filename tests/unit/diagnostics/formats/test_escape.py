"""Text that is safe to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.diagnostics.formats.escape import cell, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("日本 ä", "日本 ä"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e", "\\u202e"),
        ("\u200b", "\\u200b"),
        ("\xa0", "\\xa0"),
        ("\udc80", "\\udc80"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_odd_characters_become_visible(text: str, shown: str) -> None:
    """What moves the cursor, hides or reorders is shown as an escape, everything else as it is."""
    assert visible(text) == shown


@given(st.text())
def test_visible_text_is_one_printable_line(text: str) -> None:
    """No text makes a second line or an escape sequence, and all of it can be encoded."""
    shown = visible(text)
    assert shown.isprintable()
    shown.encode()


@given(st.characters())
def test_cell_is_as_wide_as_it_says(character: str) -> None:
    """Printable characters take two columns at most; an escape takes one for each of its characters."""
    shown, width = cell(character)
    assert shown.isprintable()
    assert width in {0, 1, 2} if shown == character else width == len(shown)
