"""`ztc check`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

TODAY = ("--today", "2026-11-24")
FORMATS = ("text", "concise", "json", "sarif", "junit", "github", "markdown")


def test_a_clean_policy_is_ok(good: Path, ztc: Ztc) -> None:
    """The report is one line on stdout that begins with `ok`; -q says nothing."""
    ended = ztc("check", good)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("ok: ")
    assert ended.out.count("\n") == 1
    assert ztc("check", good, "-q").out == ""


@pytest.mark.parametrize("output", FORMATS)
def test_the_report_is_the_product(output: str, bad: Path, ztc: Ztc) -> None:
    """In every format the findings are on stdout and the exit code is 1."""
    ended = ztc("check", bad, "-o", output)
    assert (ended.code, ended.err) == (1, "")
    assert "ZT112" in ended.out


@pytest.mark.parametrize("output", FORMATS)
def test_a_file_that_does_not_load_is_a_finding_too(output: str, tmp_path: Path, ztc: Ztc) -> None:
    """The report has the syntax error in the format that was asked for; the exit code is 2."""
    (tmp_path / "policies.py").write_text("policy = (\n")
    ended = ztc("check", "policies.py", "-o", output)
    assert (ended.code, ended.err) == (2, "")
    assert "ZT002" in ended.out


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ([], 0),
        (["--strict"], 1),
        (["--fail-on", "warning"], 1),
        (["--fail-on", "info"], 1),
        (["--fail-on", "error"], 0),
        (["--fail-on", "never"], 0),
    ],
)
def test_the_threshold_decides_about_warnings(flags: list[str], code: int, doubtful: Path, ztc: Ztc) -> None:
    """A warning is reported in any case, and fails at or above the threshold."""
    ended = ztc("check", doubtful, *TODAY, *flags)
    assert ended.code == code
    assert "ZT401" in ended.out


def test_the_exit_code_does_not_depend_on_the_format(doubtful: Path, ztc: Ztc) -> None:
    """All formats of one report end alike."""
    assert {ztc("check", doubtful, *TODAY, "--strict", "-o", output).code for output in FORMATS} == {1}


def test_the_library_says_the_same(bad: Path, ztc: Ztc) -> None:
    """The function of the library returns what the command reports."""
    from ztdsl import check_policy  # noqa: PLC0415

    report = check_policy(bad).report
    shown = json.loads(ztc("check", bad, "-o", "json").out)
    assert [finding.code for finding in report.findings] == [finding["code"] for finding in shown["findings"]]


@pytest.mark.parametrize(
    ("flags", "variables", "is_colored"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "0"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1", "TERM": "dumb"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours(flags: list[str], variables: dict[str, str], is_colored: bool, bad: Path, ztc: Ztc) -> None:
    """The flag beats the environment, NO_COLOR beats FORCE_COLOR, and a pipe is plain by itself."""
    assert ("\x1b[" in ztc("check", bad, *flags, env=variables).out) == is_colored
