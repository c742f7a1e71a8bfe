"""Logs as an input: `ztc audit` over a million lines of JSON, beside jq that only reads the same file."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import limits
import peers as competition
from measure import Command, in_turn, once
from subject import QUICKSTART
from table import Row, ratio

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from subject import Subject

AUDIT = "an access log against a policy, whole process"
LINES, QUICK_LINES = 1_000_000, 20_000
_RUNS, _PEER_RUNS = 3, 3
_READS = ".response_code_details"
_OPTIONS = ["--today", "2026-11-24"]


def rows(subject: Subject, scratch: Path, *, is_quick: bool, told: Callable[[str], None]) -> list[Row]:
    """The rows of `ztc audit`."""
    lines = QUICK_LINES if is_quick else LINES
    told(f"writing a log of {lines:,} lines")
    log = scratch / "access.jsonl"
    writes = [sys.executable, str(competition.PROGRAMS / "write_log.py"), str(log), str(lines)]
    written = once(Command("log", writes, 1), scratch)
    if written.failure:
        return [Row(AUDIT, "the log", note=f"not measured: it was not written: {written.failure}")]
    jq = shutil.which("jq")
    audit = [*subject.argv, "audit", str(QUICKSTART), "--log", str(log), "-o", "json", *_OPTIONS]
    measured = in_turn(
        [
            Command(
                "jq",
                None if jq is None else [jq, "-c", _READS, str(log)],
                _PEER_RUNS,
                absent_because="" if jq else "not installed: no jq on the path",
            ),
            Command("audit", [*audit, "--fail-on", "never"], _RUNS, environment=subject.environment),
        ],
        scratch,
        told,
    )
    peer, ours = measured["jq"], measured["audit"]
    log.unlink()
    times = ratio(ours, peer)
    held_to = () if is_quick else limits.AUDIT
    return [
        Row(AUDIT, f"jq {_READS}", peer, items=lines),
        Row(
            AUDIT,
            "ztc audit -o json",
            ours,
            items=lines,
            beside={} if times is None else {"jq": times},
            limits=held_to,
            note=f"{lines:,} lines of the recommended format",
        ),
    ]
