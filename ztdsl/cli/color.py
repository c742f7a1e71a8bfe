"""Whether to colour, and how wide a line may be."""

from __future__ import annotations

import os

_PLAIN_WIDTH = 80


def wants_color(choice: str, descriptor: int) -> bool:
    """Whether what goes to `descriptor` is coloured.

    The flag decides, then NO_COLOR, then FORCE_COLOR, then TERM, then whether it is a terminal.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return os.environ.get("TERM") != "dumb" and _is_terminal(descriptor)


def width_of(descriptor: int) -> int:
    """The columns of the terminal behind `descriptor`; a fixed number for files and pipes."""
    try:
        return os.get_terminal_size(descriptor).columns or _PLAIN_WIDTH
    except OSError:
        return _PLAIN_WIDTH


def text_width(descriptor: int) -> int:
    """The columns for paragraphs, which are hard to read across a wide terminal."""
    return min(width_of(descriptor), _PLAIN_WIDTH)


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False
