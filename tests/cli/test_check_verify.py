"""`ztc check --verify`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

EXAMPLES = ["batch-and-partners", "bookinfo", "httpbin", "quickstart", "shop"]
_COUNTS = re.compile(r"verified: (\d+) requests, (\d+) undecided\n")


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_does_what_it_means(name: str, root: Path, ztc: Ztc) -> None:
    """Both evaluators agree on every border of every rule, and most requests are decided."""
    ended = ztc("check", "policies.py", "--verify", "-o", "json", cwd=root / "examples" / name)
    counts = _COUNTS.search(ended.err)
    assert ended.code == 0
    assert "ZT001" not in ended.out
    assert counts is not None
    assert int(counts[1]) > 20
    assert int(counts[2]) < int(counts[1])


def test_the_count_is_told_and_the_report_is_stdout(good: Path, ztc: Ztc) -> None:
    """The report is that of `ztc check`; the count goes to stderr, and `-q` leaves it out."""
    ended, plain = ztc("check", good, "--verify"), ztc("check", good)
    assert (ended.code, ended.out) == (0, plain.out)
    assert _COUNTS.fullmatch(ended.err)
    assert ztc("check", good, "--verify", "-q").err == ""


def test_verifying_is_repeatable(good: Path, ztc: Ztc) -> None:
    """The requests follow from the policy alone."""
    assert ztc("check", good, "--verify").err == ztc("check", good, "--verify").err


def test_a_policy_with_errors_is_not_verified(bad: Path, ztc: Ztc) -> None:
    """Its findings are printed, and nothing is claimed."""
    ended = ztc("check", bad, "--verify", "-o", "json")
    assert ended.code == 1
    assert [each["code"] for each in json.loads(ended.out)["findings"]] == ["ZT112"]
    assert "verified" not in ended.err


def test_findings_of_the_policy_stay(doubtful: Path, ztc: Ztc) -> None:
    """A warning is printed beside the count; `--strict` fails for it."""
    ended = ztc("check", doubtful, "--verify", "--today", "2026-11-24")
    assert ended.code == 0
    assert "warning[ZT401]" in ended.out
    assert "verified: " in ended.err
    assert ztc("check", doubtful, "--verify", "--today", "2026-11-24", "--strict").code == 1


def test_manifests_have_no_other_meaning(tmp_path: Path, ztc: Ztc) -> None:
    """`--verify` is for policies."""
    ended = ztc("check", "-f", "m.yaml", "--verify", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "--verify is for policies" in ended.err
