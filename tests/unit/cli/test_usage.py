"""Near misses."""

from __future__ import annotations

import pytest

from ztdsl.cli.usage import UsageProblem, near_miss


@pytest.mark.parametrize(("word", "meant"), [("biuld", "build"), ("chek", "check"), ("explian", "explain")])
def test_a_near_miss_is_suggested(word: str, meant: str) -> None:
    """One suggestion: the nearest."""
    assert near_miss(word, ["build", "check", "explain"]) == (f"did you mean `{meant}`?",)


def test_what_is_near_nothing_gets_no_suggestion() -> None:
    """No guess is better than a wild one."""
    assert near_miss("xyzzy", ["build", "check"]) == ()


def test_a_problem_is_printed_with_its_advice() -> None:
    """The message first, then each help on a line of its own."""
    assert UsageProblem("no", "do this", "or that").text() == "error: no\n  = help: do this\n  = help: or that\n"
