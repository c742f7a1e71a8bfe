"""`ztc test`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ztc

EXAMPLES = ["batch-and-partners", "bookinfo", "httpbin", "quickstart", "shop"]
RIGHT = "scenarios:\n  - frontend may GET /orders of orders\n  - frontend may not GET /secrets of orders\n"
WRONG = "scenarios:\n  - frontend may GET /secrets of orders\n  - frontend may GET /orders of orders\n"


@pytest.fixture
def scenarios(good: Path) -> Path:
    """The directory that stands beside the policy."""
    place = good.with_name("scenarios")
    place.mkdir()
    return place


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_meets_its_scenarios(name: str, root: Path, ztc: Ztc) -> None:
    """The scenarios of an example hold and exercise both sides of every rule."""
    ended = ztc("test", "policies.py", "--min-coverage", "100", cwd=root / "examples" / name)
    assert (ended.code, ended.err) == (0, "")
    assert ", 0 failed; " in ended.out


def test_what_is_expected_rightly_passes(good: Path, scenarios: Path, ztc: Ztc) -> None:
    """One line sums up."""
    (scenarios / "a.yaml").write_text(RIGHT)
    ended = ztc("test", good)
    assert (ended.code, ended.out, ended.err) == (0, "2 passed, 0 failed; 1 of 1 rules covered\n", "")


def test_what_is_expected_wrongly_fails_with_the_reason(good: Path, scenarios: Path, ztc: Ztc) -> None:
    """The scenario, its place, what was expected, what Istio does and what misses."""
    (scenarios / "a.yaml").write_text(WRONG)
    ended = ztc("test", good)
    assert ended.code == 1
    assert "FAIL frontend may GET /secrets of orders\n  --> scenarios/a.yaml:2\n  expected may\n" in ended.out
    assert "expected /orders; found /secrets" in ended.out
    assert ended.out.endswith("1 passed, 1 failed; 1 of 1 rules covered\n")


def test_formats_for_ci(good: Path, scenarios: Path, ztc: Ztc) -> None:
    """JSON, JUnit and GitHub's annotations carry the failure and its place."""
    (scenarios / "a.yaml").write_text(WRONG)
    data = json.loads(ztc("test", good, "-o", "json").out)
    suite = ET.fromstring(ztc("test", good, "-o", "junit").out)  # noqa: S314 - our own output
    annotation = ztc("test", good, "-o", "github").out
    assert (data["schema"], data["passed"], data["failed"]) == ("ztdsl/test/v1", 1, 1)
    assert [each.get("message") for each in suite.iter("failure")] == ["expected may; got deny (403)"]
    assert annotation.startswith("::error file=scenarios/a.yaml,line=2,title=frontend may GET /secrets of orders::")


def test_a_filter_and_the_first_failure(good: Path, scenarios: Path, ztc: Ztc) -> None:
    """`-k` chooses by name; `--fail-fast` stops early."""
    (scenarios / "a.yaml").write_text(WRONG)
    assert "1 passed, 0 failed, 1 not selected" in ztc("test", good, "-k", "/orders of").out
    assert "0 passed, 1 failed" in ztc("test", good, "--fail-fast").out


def test_coverage_below_the_minimum_fails(good: Path, scenarios: Path, ztc: Ztc) -> None:
    """A rule that no scenario exercises on both sides is listed, and the percentage gates."""
    (scenarios / "a.yaml").write_text("scenarios:\n  - frontend may GET /orders of orders\n")
    ended = ztc("test", good, "--min-coverage", "50")
    assert ended.code == 1
    assert "never by one that is refused" in ended.out
    assert "0.0 % of the rules are covered" in ended.err
    assert ztc("test", good).code == 0


def test_no_scenario_is_no_success(good: Path, scenarios: Path, ztc: Ztc) -> None:
    """A run in which nothing was asked fails and says so."""
    (scenarios / "a.yaml").write_text("scenarios: []\n")
    ended = ztc("test", good)
    assert (ended.code, ended.err) == (1, "warning: no scenario was run\n")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("scenarios: [", "ZT050", "is not YAML"),
        ("scenarios:\n  - &a x\n  - *a\n", "ZT050", "has an alias"),
        ("scenarios:\n  - {when: x, expcet: deny}\n", "ZT050", "unknown key `expcet`"),
        ("- frontend\n", "ZT050", "`"),
        ("scenarios: [frontend GETs /orders]\n", "ZT051", "is no sentence"),
        ("scenarios: [frontend may GET /orders of ordres]\n", "ZT051", "no workload `ordres`"),
        ("scenarios: [frontend with bob may GET /orders of orders]\n", "ZT051", "no token is named `bob`"),
        (
            "tables: [{to: orders, requests: [GET /a, GET /b], callers: {frontend: [may]}}]\n",
            "ZT051",
            "has 1 answers for 2 requests",
        ),
        (
            "scenarios: [{when: frontend may GET /orders of orders, expect: deny}]\n",
            "ZT051",
            "contradict each other",
        ),
    ],
)
def test_a_broken_file_is_a_finding_at_its_place(
    text: str, code: str, said: str, good: Path, scenarios: Path, ztc: Ztc
) -> None:
    """Nothing is run; the place and what is wrong are named."""
    (scenarios / "a.yaml").write_text(text)
    ended = ztc("test", good)
    assert ended.code == 2
    assert f"error[{code}]" in ended.out
    assert said in ended.out
    assert "scenarios/a.yaml" in ended.out


def test_deep_files_end_in_one_finding(good: Path, scenarios: Path, ztc: Ztc) -> None:
    """A file nested beyond reason is refused before anything recurses."""
    (scenarios / "a.yaml").write_text("[" * 100_000)
    ended = ztc("test", good)
    assert ended.code == 2
    assert ended.out.count("error[ZT050]") == 1
