from __future__ import annotations

import re

import ztdsl
from tests.typing.conftest import ACCEPTED, REJECTED, Checker

_MARK = re.compile(r"  # error: ((?:mypy|pyright)(?: (?:mypy|pyright))?)$")


def test_the_language_as_it_may_be_written_has_no_type_errors(checker: Checker) -> None:
    """Neither type checker complains of a construct that is right."""
    assert checker.check([ACCEPTED]) == []


def test_each_mistake_is_a_type_error_on_its_line(checker: Checker) -> None:
    """A type checker refuses exactly the lines that are marked with its name."""
    lines = REJECTED.read_text(encoding="utf-8").splitlines()
    marks = {number: match[1].split() for number, text in enumerate(lines, 1) if (match := _MARK.search(text))}

    refused = {each.line for each in checker.check([REJECTED])}

    expected = {number for number, names in marks.items() if checker.name in names}
    assert {number: lines[number - 1] for number in refused ^ expected} == {}


def test_accepted_uses_every_public_name() -> None:
    """Whoever adds a name to the library adds its types to the file that checks them."""
    words = set(re.findall(r"\w+", ACCEPTED.read_text(encoding="utf-8").partition("\n)\n")[2]))

    assert set(ztdsl.__all__) - words == set()
