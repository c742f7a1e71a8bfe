"""Findings for code scanning services."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.formats.sarif import render
from ztdsl.diagnostics.model import Label, Severity, Span
from ztdsl.diagnostics.report import Report

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def run_of(report: Report) -> dict[str, Any]:
    """The only run of the log."""
    log = json.loads(render(report))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_result_has_its_place(report: Report) -> None:
    """A result carries rule, level, region and related places; columns count characters from 1."""
    run = run_of(report)
    result = run["results"][1]
    assert run["columnKind"] == "unicodeCodePoints"
    assert (result["ruleId"], result["level"], result["suppressions"]) == ("ZT112", "error", [])
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "ZT112"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "policies.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 9, "startColumn": 36, "endLine": 9, "endColumn": 43},
            }
        }
    ]
    assert result["relatedLocations"][0]["message"] == {"text": "port declared here"}
    assert result["message"]["text"].startswith("service `orders` has no port 9100\n")


def test_only_codes_that_occur_are_rules(report: Report) -> None:
    """The rules are those of findings and accepted findings, each once."""
    rules = run_of(report)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["ZT112", "ZT301", "ZT307", "ZT401"]
    assert rules[0]["name"] == "UndeclaredPort"
    assert rules[1]["defaultConfiguration"] == {"level": "warning"}


def test_accepted_finding_is_suppressed_in_source(report: Report) -> None:
    """An accepted finding is a result with a suppression that gives the reason and the comment."""
    (suppression,) = run_of(report)["results"][-1]["suppressions"]
    assert suppression["kind"] == "inSource"
    assert suppression["justification"] == "agreed | with ops"
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 2


def test_finding_without_place_has_no_location(report: Report) -> None:
    """A result about no file has an empty list of locations."""
    assert run_of(report)["results"][0]["locations"] == []


def test_files_are_uris(tmp_path: Path) -> None:
    """Blanks and percent signs are encoded; a file elsewhere is an absolute URI; a whole file has no region."""
    spans = [Span("a b%.py"), Span(str(tmp_path / "ä.py"), 3)]
    results = run_of(Report(tuple(diagnostic("ZT007", "x", Label(span)) for span in spans)))["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert places[0] == {"artifactLocation": {"uri": "a%20b%25.py", "uriBaseId": "%SRCROOT%"}}
    assert places[1] == {
        "artifactLocation": {"uri": (tmp_path / "ä.py").as_uri()},
        "region": {"startLine": 3},
    }


def test_number_in_braces_is_no_placeholder() -> None:
    """A user's `{0}` is not filled in by readers; other braces stay as they are."""
    (result,) = run_of(Report((diagnostic("ZT121", "`/{0}/{*}` is odd", None),)))["results"]
    assert result["message"]["text"].startswith("`/{{0}}/{*}` is odd")


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_no_text_breaks_the_log(data: st.DataObject, reports: st.SearchStrategy[Report]) -> None:
    """Every finding is one result whose message is text that can be encoded, and every URI is ASCII."""
    report = data.draw(reports)
    results = run_of(report)["results"]
    assert len(results) == len(report.findings) + len(report.accepted)
    for result, finding in zip(results, report.findings, strict=False):
        assert result["ruleId"] == finding.code
        assert result["level"] == LEVELS[finding.severity]
        result["message"]["text"].encode()
        for location in result["locations"]:
            assert re.fullmatch(r"[!-~]+", location["physicalLocation"]["artifactLocation"]["uri"])
