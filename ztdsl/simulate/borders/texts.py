"""Texts that a pattern takes in, and texts that it just does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.ir.values import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.ir.values import Pattern


def like(pattern: Pattern) -> str:
    """A text that `pattern` takes in."""
    match pattern.match:
        case Match.EXACT:
            return pattern.text
        case Match.PREFIX:
            return f"{pattern.text}a"
        case Match.SUFFIX:
            return f"a{pattern.text}"
        case Match.PRESENT:
            return "a"


def close_to(pattern: Pattern) -> Iterator[str]:
    """Texts at the border of `pattern`: its own text, one character more at either end, and one less."""
    text = pattern.text
    yield text
    yield f"{text}x"
    yield f"x{text}"
    if text:
        yield text[:-1]
        yield text[1:]
