"""Findings for CI servers that read JUnit's XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from ztdsl.diagnostics.formats.junit import render
from ztdsl.diagnostics.report import Report


def suite_of(report: Report) -> ET.Element:
    """The only suite, its counts checked."""
    root = ET.fromstring(render(report).encode())  # noqa: S314 - our own output
    (suite,) = root
    cases = list(suite)
    assert suite.get("tests") == str(len(cases))
    assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))
    return suite


def test_finding_is_a_failed_case(report: Report) -> None:
    """A finding is a case in its file's class that fails with the text of the terminal."""
    case = suite_of(report)[1]
    assert case.attrib == {
        "classname": "policies.py",
        "name": "ZT112 undeclared-port at policies.py:9:36",
        "time": "0",
        "file": "policies.py",
        "line": "9",
    }
    failure = case[0]
    assert failure.get("message") == "error[ZT112]: service `orders` has no port 9100"
    assert failure.get("type") == "error"
    assert "^^^^^^^ rule targets this port" in (failure.text or "")


def test_accepted_finding_is_skipped(report: Report) -> None:
    """An accepted finding is a skipped case with its reason."""
    assert suite_of(report)[-1][0].get("message") == "accepted: agreed | with ops"


def test_clean_run_passes_one_case() -> None:
    """Servers that refuse an empty suite get a case that passes."""
    (case,) = suite_of(Report((), policy="shop", rules=3))
    assert (case.get("name"), len(case)) == ("shop", 0)


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_no_text_breaks_the_document(data: st.DataObject, reports: st.SearchStrategy[Report]) -> None:
    """The output is well-formed and has one case for each finding."""
    report = data.draw(reports)
    suite = suite_of(report)
    assert len(suite.findall("testcase/failure")) == len(report.findings)
    assert len(suite.findall("testcase/skipped")) == len(report.accepted)
    assert len(suite) == max(len(report.findings) + len(report.accepted), 1 + len(report.accepted))
