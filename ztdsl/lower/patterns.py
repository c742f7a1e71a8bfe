"""Patterns and keys as Istio writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.ir.values import Match

if TYPE_CHECKING:
    from ztdsl.ir.values import Pattern


def written(pattern: Pattern) -> str:
    """A pattern as Istio reads it: a star at one end, or alone."""
    match pattern.match:
        case Match.EXACT:
            return pattern.text
        case Match.PREFIX:
            return f"{pattern.text}*"
        case Match.SUFFIX:
            return f"*{pattern.text}"
        case Match.PRESENT:
            return "*"


def claim_key(path: tuple[str, ...]) -> str:
    """The condition key of a claim: one pair of brackets for each step, whatever dots it has."""
    return "request.auth.claims" + "".join(f"[{step}]" for step in path)


def header_key(name: str) -> str:
    """The condition key of a header."""
    return f"request.headers[{name}]"
