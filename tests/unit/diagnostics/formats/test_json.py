"""Findings for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ztdsl.diagnostics.formats.json import render
from ztdsl.diagnostics.report import Report

SCHEMA = json.loads((Path(__file__).parents[4] / "docs/reference/findings.schema.json").read_text())


def checked(report: Report) -> dict[str, Any]:
    """The parsed output, which fits the published schema."""
    text = render(report)
    assert text.isascii()
    parsed: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(parsed)
    return parsed


def test_finding_has_all_that_is_known(report: Report) -> None:
    """A finding carries code, words and every place."""
    assert checked(report)["findings"][1] == {
        "code": "ZT112",
        "slug": "undeclared-port",
        "severity": "error",
        "message": "service `orders` has no port 9100",
        "primary": {
            "file": "policies.py",
            "line": 9,
            "column": 36,
            "endLine": 9,
            "endColumn": 43,
            "text": "rule targets this port",
        },
        "related": [
            {
                "file": "policies.py",
                "line": 4,
                "column": 11,
                "endLine": 4,
                "endColumn": 25,
                "text": "port declared here",
            }
        ],
        "notes": [],
        "help": ["add `metrics` to `ports=[...]` of `orders`, or target `api`"],
        "calledFrom": [
            {"file": "policies.py", "line": 12, "column": 8, "endLine": 12, "endColumn": 21, "function": "grant"}
        ],
        "docs": "ztc explain ZT112",
    }


def test_report_is_counted(report: Report) -> None:
    """The report names its schema and its policy, and counts findings and accepted ones."""
    parsed = checked(report)
    assert parsed["schema"] == "ztdsl/findings/v1"
    assert (parsed["policy"], parsed["rules"]) == ("shop", 12)
    assert parsed["summary"] == {"errors": 2, "warnings": 1, "infos": 0, "accepted": 1}
    assert parsed["accepted"][0]["reason"] == "agreed | with ops"
    assert parsed["accepted"][0]["comment"]["line"] == 2
    assert parsed["findings"][0]["primary"] is None


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_every_text_comes_back(data: st.DataObject, reports: st.SearchStrategy[Report]) -> None:
    """Whatever users wrote is read back as they wrote it."""
    report = data.draw(reports)
    parsed = checked(report)
    assert [finding["message"] for finding in parsed["findings"]] == [f.message for f in report.findings]
    assert [finding["help"] for finding in parsed["findings"]] == [list(f.help) for f in report.findings]
    assert [accepted["reason"] for accepted in parsed["accepted"]] == [a.reason for a in report.accepted]
