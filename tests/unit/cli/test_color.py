"""Colours and widths."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator

import pytest

from ztdsl.cli.color import wants_color, width_of


@pytest.fixture
def terminal() -> Iterator[int]:
    """The descriptor of a terminal."""
    controller, descriptor = pty.openpty()
    yield descriptor
    os.close(descriptor)
    os.close(controller)


def test_a_terminal_is_coloured(terminal: int) -> None:
    """By itself a terminal gets colours, and a descriptor that is none does not."""
    assert wants_color("auto", terminal)
    assert not wants_color("auto", -1)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_the_environment_takes_colours_away(
    name: str, value: str, terminal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR and a dumb terminal mean no colours unless the flag asks for them."""
    monkeypatch.setenv(name, value)
    assert not wants_color("auto", terminal)
    assert wants_color("always", terminal)


def test_an_empty_variable_says_nothing(terminal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR counts only if it is not empty, as its definition says."""
    monkeypatch.setenv("NO_COLOR", "")
    assert wants_color("auto", terminal)


def test_what_is_no_terminal_has_a_fixed_width() -> None:
    """Reports in files do not depend on the window they were made in."""
    assert width_of(-1) == 80
