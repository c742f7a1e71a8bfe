"""Logic with a third value."""

from __future__ import annotations

import pytest

from ztdsl.simulate.truth import Unknown, all_of, any_of, none_of

DARK, DIM = Unknown("it is dark"), Unknown("it is dim")


def test_one_certain_truth_decides() -> None:
    """What is known outweighs what is not, where it alone decides."""
    assert any_of([DARK, True]) is True
    assert all_of([DARK, False]) is False
    assert none_of([DARK, True]) is False


def test_the_first_doubt_stays() -> None:
    """Where nothing known decides, the first reason is kept."""
    assert any_of([False, DARK, DIM]) is DARK
    assert all_of([True, DIM, DARK]) is DIM
    assert none_of([DARK, False]) is DARK


def test_nothing_is_none_and_all() -> None:
    """No alternative holds, and no condition fails, where there is none."""
    assert any_of([]) is False
    assert all_of([]) is True
    assert none_of([]) is True


def test_the_unknown_is_no_boolean() -> None:
    """Taking what is unknown for true or false is a mistake that shows."""
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(DARK)
