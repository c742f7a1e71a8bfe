"""Patterns of the language on single strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.ir.values import Match

if TYPE_CHECKING:
    from ztdsl.ir.values import Pattern


def fits(pattern: Pattern, text: str) -> bool:
    """Whether `text`, which is there, is as `pattern` says; whether empty texts count is for the caller to say."""
    match pattern.match:
        case Match.EXACT:
            return text == pattern.text
        case Match.PREFIX:
            return text.startswith(pattern.text)
        case Match.SUFFIX:
            return text.endswith(pattern.text)
        case Match.PRESENT:
            return True


def starred(pattern: str, text: str) -> bool:
    """Whether `text` is `pattern`, of which a star at one end stands for anything."""
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
