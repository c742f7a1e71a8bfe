"""`--help` of `ztc` and of each command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ztdsl.cli.commands import COMMANDS, GROUPS

if TYPE_CHECKING:
    from tests.conftest import Golden, Ztc

EXPECTED = Path(__file__).parent / "help"
CALLS = {"ztc": ["--help"], **{name.replace(" ", "-"): [*name.split(), "--help"] for name in [*COMMANDS, *GROUPS]}}


@pytest.mark.parametrize("name", CALLS)
def test_help_is_the_expected_text(name: str, ztc: Ztc, golden: Golden) -> None:
    """The help is on stdout, exactly the expected text, and a success."""
    shown = ztc(*CALLS[name])
    assert (shown.code, shown.err) == (0, "")
    golden(EXPECTED / f"{name}.txt", shown.out)


@pytest.mark.parametrize("name", CALLS)
def test_help_begins_with_two_examples_and_names_the_exit_codes(name: str) -> None:
    """Each help starts with two calls, fits 80 columns and says what the exit codes mean."""
    lines = (EXPECTED / f"{name}.txt").read_text().splitlines()
    assert lines[0] == "Examples:"
    assert [line.startswith("  ") for line in lines[1:4]] == [True, True, False]
    assert max(map(len, lines)) <= 80
    assert "Exit codes:" in lines


@pytest.mark.parametrize("words", [[], ["-h"], ["help"]])
def test_ztc_alone_prints_its_help(words: list[str], ztc: Ztc) -> None:
    """Who calls `ztc` without a command sees what there is."""
    assert ztc(*words) == ztc("--help")


@pytest.mark.parametrize("words", [["help", "build"], ["build", "-h"], ["build", "policies.py", "--help"]])
def test_help_of_a_command_is_found_however_it_is_asked_for(words: list[str], ztc: Ztc) -> None:
    """The flag may stand anywhere, and `ztc help COMMAND` works too."""
    assert ztc(*words) == ztc("build", "--help")


def test_help_has_no_colours(ztc: Ztc) -> None:
    """Help is plain text even where colours are forced."""
    assert "\x1b" not in ztc("build", "--help", env={"FORCE_COLOR": "1"}).out


@pytest.mark.parametrize("words", [["inspect"], ["inspect", "-h"], ["help", "inspect"], ["inspect", "-q", "--help"]])
def test_a_group_alone_prints_its_commands(words: list[str], ztc: Ztc) -> None:
    """Who names a group sees its commands."""
    assert ztc(*words) == ztc("inspect", "--help")


@pytest.mark.parametrize("words", [["help", "inspect", "cert"], ["inspect", "--color=never", "cert", "-h"]])
def test_help_of_a_command_in_a_group_is_found_however_it_is_asked_for(words: list[str], ztc: Ztc) -> None:
    """Flags of every command may stand between its two words."""
    assert ztc(*words) == ztc("inspect", "cert", "--help")
