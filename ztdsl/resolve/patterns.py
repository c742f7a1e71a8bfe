"""Patterns of claims and headers: a plain string is compared to the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.patterns import Prefix, Present, Suffix
from ztdsl.ir.values import Match, Pattern
from ztdsl.resolve import shapes
from ztdsl.resolve.words import affix_problem, literal_problem

if TYPE_CHECKING:
    from ztdsl.dsl.declaration import Declaration
    from ztdsl.resolve.context import Context


def pattern(
    context: Context, owner: Declaration, place: tuple[str | int, ...], value: object, code: str, what: str
) -> Pattern | None:
    """The pattern that `value` stands for; None, and a finding, if it is none."""
    problems = context.problems
    if isinstance(value, Present):
        problems.report_faults(value)
        return Pattern(Match.PRESENT)
    if isinstance(value, Prefix | Suffix):
        problems.report_faults(value)
        text = shapes.string(problems, value, "text")
        if text is None:
            return None
        if complaint := affix_problem(code, what, text):
            problems.complain(complaint, value, "text")
            return None
        return Pattern(Match.PREFIX if isinstance(value, Prefix) else Match.SUFFIX, text)
    literal = shapes.one(problems, owner, place, value, (str,), "a string or a pattern")
    if literal is None:
        return None
    if complaint := literal_problem(code, what, literal):
        problems.complain(complaint, owner, *place)
        return None
    return Pattern(Match.EXACT, literal)
