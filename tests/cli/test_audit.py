"""`ztc audit`."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_why import OURS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

LET_IN = {"method": "GET", "response_code": 200, "response_code_details": "via_upstream"}
FIRST, LAST = "2026-10-01T08:00:00.000Z", "2026-11-15T08:00:00.000Z"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of six weeks, in which one grant is used."""
    file = tmp_path / "access.log.gz"
    lines = [{**OURS, **LET_IN, "start_time": time} for time in (FIRST, LAST)]
    file.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    return file


def test_an_audit_counts_decisions(good: Path, log: Path, ztc: Ztc) -> None:
    """The report is on stdout, and a log in which all is well ends with 0."""
    result = ztc("audit", str(good), "--log", str(log))

    assert (result.code, result.err) == (0, "")
    assert "2 lines: 2 decided, 0 undecided, 0 about no decision, 0 not read" in result.out
    assert "1 of 1 grants are used" in result.out


def test_too_short_a_log_calls_nothing_unused(good: Path, log: Path, ztc: Ztc) -> None:
    """--window says how long the log must be, and the report says that it is not."""
    policy = good.read_text().replace(
        '"it lists")]', '"it lists"), allow(frontend, to=orders.at(http), http=Http(methods=["PUT"]), because="old")]'
    )
    good.write_text(policy)

    enough = ztc("audit", str(good), "--log", str(log), "--strict")
    short = ztc("audit", str(good), "--log", str(log), "--window", "90d", "--strict")

    assert enough.code == 1
    assert "ZT787" in enough.err
    assert short.code == 0
    assert "the log covers 45 days, and 90 days are needed to call a grant unused" in short.out


def test_a_new_version_that_refuses_what_is_used_fails(good: Path, log: Path, ztc: Ztc) -> None:
    """--against finds what the new version would refuse: an error."""
    new = good.with_name("new.py")
    new.write_text(good.read_text().replace("/orders", "/other"))

    result = ztc("audit", str(good), "--log", str(log), "--against", str(new))

    assert result.code == 1
    assert "ZT788" in result.err
    assert "What the new version would refuse" in result.out
    assert ztc("audit", str(good), "--log", str(log), "--against", str(good)).code == 0


@pytest.mark.parametrize("output", ["text", "csv", "json", "markdown"])
def test_every_format_has_the_rows(output: str, good: Path, log: Path, ztc: Ztc) -> None:
    """Who reached what under which rule is in each format."""
    result = ztc("audit", str(good), "--log", str(log), "-o", output)

    assert result.code == 0
    assert "frontend" in result.out
    assert "it lists" in result.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no log is given"),
        (["--log", "{log}", "--window", "soon"], "`--window` takes a time such as 30d"),
        (["--log", "{log}", "--workload", "nobody"], "no workload `nobody`"),
        (["--log", "-", "--against", "-"], "stdin is named more than once"),
    ],
)
def test_a_wrong_call_is_answered(words: list[str], message: str, good: Path, log: Path, ztc: Ztc) -> None:
    """Each mistake of the command line is one sentence, with exit code 2."""
    result = ztc("audit", str(good), *(word.format(log=log) for word in words))

    assert result.code == 2
    assert message in result.err


def test_a_log_without_callers_is_undecided(good: Path, log: Path, ztc: Ztc) -> None:
    """Where no line carries what a decision needs, the exit code says so."""
    plain = {key: value for key, value in {**OURS, **LET_IN}.items() if key not in {"ztc", "downstream_peer_uri_san"}}
    log.write_text(json.dumps(plain) + "\n")

    result = ztc("audit", str(good), "--log", str(log))

    assert result.code == 4
    assert "it does not carry the caller's identity" in result.out


@pytest.mark.parametrize("lines", ["", "\n\n", json.dumps({**OURS, "upstream_cluster": "outbound|80||a.example.com"})])
def test_a_log_without_a_decision_is_no_success(lines: str, good: Path, tmp_path: Path, ztc: Ztc) -> None:
    """A pipeline whose log is empty, or of another proxy, has audited nothing: the code is 4."""
    (tmp_path / "access.log").write_text(lines)

    assert ztc("audit", str(good), "--log", str(tmp_path / "access.log")).code == 4


def test_a_log_that_is_cut_off_is_refused(good: Path, log: Path, ztc: Ztc) -> None:
    """What is lost is no proof of anything: ZT785."""
    log.write_bytes(log.read_bytes()[:-6])

    result = ztc("audit", str(good), "--log", str(log))

    assert result.code == 2
    assert "ZT785" in result.err
    assert result.out == ""
