"""What a run of scenarios says, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ztdsl.api import open_manifests, run_scenarios
from ztdsl.scenario.results import Results, as_github, as_json, as_junit, as_text

MANIFESTS = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  rules:
  - to: [{operation: {paths: [/orders]}}]
  - to: [{operation: {paths: [/other]}}]
"""
WORKLOADS = """
apiVersion: v1
kind: Pod
metadata: {name: orders, namespace: shop, labels: {app: orders}}
spec: {serviceAccountName: orders, containers: [{name: c, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 80, name: http, targetPort: 8080}]}
"""
SCENARIOS = r"""
actors: {eve: null}
scenarios:
  - eve may GET /orders of orders
  - name: "a\e[31m\n::error::b,c"
    when: "eve may GET /\e[2J of orders"
    status: 200
  - when: eve may GET /<&> of orders
    by: "\e]0;title\a"
"""


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    """One scenario that holds, and two that do not."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("m.yaml", MANIFESTS), ("w.yaml", WORKLOADS), ("s.yaml", SCENARIOS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    subject = open_manifests(["m.yaml"], workloads="w.yaml").subject
    assert subject is not None
    tested = run_scenarios(subject, [Path("s.yaml")], now=0.0)
    assert tested.results is not None, tested.report
    return tested.results


def test_the_summary_counts(results: Results) -> None:
    """Scenarios by outcome, and rules by coverage."""
    assert results.summary() == "1 passed, 2 failed; 1 of 2 rules covered"
    assert [each.passed for each in results.outcomes] == [True, False, False]


@pytest.mark.parametrize("verbose", [False, True])
def test_text_shows_no_control_character(results: Results, *, verbose: bool) -> None:
    """What a scenario file says cannot move the cursor, or give a line that starts as a workflow command does."""
    lines = as_text(results, verbose=verbose).split("\n")
    assert all(line.isprintable() for line in lines)
    assert not any(line.startswith("::") for line in lines)
    assert r"FAIL a\x1b[31m\n::error::b,c" in lines
    assert ("ok   eve may GET /orders of orders" in lines) is verbose
    assert r"  expected may, by `\x1b]0;title\x07`" in lines
    assert "  m.yaml:9: AuthorizationPolicy shop/orders rule 1: never by a request that succeeds" in lines


def test_json_has_each_scenario_and_the_coverage(results: Results) -> None:
    """One document with the version of its schema."""
    document = json.loads(as_json(results))
    assert (document["schema"], document["passed"], document["failed"]) == ("ztdsl/test/v1", 1, 2)
    first, second, _ = document["scenarios"]
    assert (first["verdict"], first["status"], first["line"]) == ("allow", 200, 4)
    assert first["decided_by"] == "m.yaml:8: AuthorizationPolicy shop/orders rule 0"
    assert (second["passed"], second["expected"], second["verdict"]) == (False, "may, status 200", "rejected")
    assert document["coverage"]["percent"] == 50.0
    assert document["coverage"]["missing"][0]["never"] == "by a request that succeeds"


def test_junit_is_xml_with_the_explanation(results: Results) -> None:
    """Characters that XML has not are replaced."""
    root = ET.fromstring(as_junit(results))  # noqa: S314 - our own output
    cases = root.findall(".//testcase")
    failures = [each.find("failure") for each in cases]
    assert (root.get("tests"), root.get("failures"), len(cases)) == ("3", "2", 3)
    assert failures[0] is None
    assert failures[2] is not None
    assert failures[2].get("message") == "expected may, by `\ufffd]0;title\ufffd`; got deny (403)"
    assert "eve may GET /<&> of orders" in (failures[2].text or "")


def test_github_has_a_line_for_each_failure(results: Results) -> None:
    """Nothing in a name ends the line or a property."""
    lines = as_github(results).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(r"::error file=s.yaml,line=5,title=a\x1b[31m\n%3A%3Aerror%3A%3Ab%2Cc::expected may")
    assert all(line.isprintable() for line in lines)
