"""Findings as annotations of a GitHub Actions run."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.formats.github import render
from ztdsl.diagnostics.model import Diagnostic, Label, Severity, Span
from ztdsl.diagnostics.report import Report

COMMAND = re.compile(r"::(error|warning|notice) ((?:[A-Za-z]+=[^:,\r\n]*,?)+)::([^\r\n]*)")


def test_finding_is_one_command(report: Report) -> None:
    """A finding annotates its place; what there is to say follows, line by line."""
    lines = render(report).splitlines()
    assert lines[0] == ("::warning title=ZT401::a dry run is past its end date%0Adocs: ztc explain ZT401")
    assert lines[1] == (
        "::error file=policies.py,line=9,endLine=9,col=36,endColumn=43,title=ZT112::"
        "service `orders` has no port 9100%0Arule targets this port%0A"
        "see: policies.py:4:11: port declared here%0A"
        "note: `grant` called from policies.py:12:8%0A"
        "help: add `metrics` to `ports=[...]` of `orders`, or target `api`%0A"
        "docs: ztc explain ZT112"
    )
    assert lines[-1] == "error: 2 errors, 1 warning in 12 rules, 1 accepted"


def test_place_of_several_lines_has_no_columns() -> None:
    """The runner refuses columns when the lines differ."""
    finding = diagnostic("ZT121", "x", Label(Span("a.py", 1, 5, 3, 2)))
    assert render(Report((finding,))).startswith("::error file=a.py,line=1,endLine=3,title=ZT121::x")


def test_separators_are_encoded() -> None:
    """Colons and commas of a file's name, and percent signs everywhere, do not end what they stand in."""
    finding = Diagnostic("ZT121", Severity.INFO, "50%0A::error::x", Label(Span("a:b,c%.py")))
    assert render(Report((finding,))).startswith("::notice file=a%3Ab%2Cc%25.py,title=ZT121::50%250A::error::x%0A")


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_no_text_forges_a_command(data: st.DataObject, reports: st.SearchStrategy[Report]) -> None:
    """Every line but the last is one command, and it decodes to what was found."""
    report = data.draw(reports)
    *commands, last = render(report).splitlines()
    assert not last.startswith("::")
    assert len(commands) == len(report.findings)
    for line, finding in zip(commands, report.findings, strict=True):
        match = COMMAND.fullmatch(line)
        assert match is not None
        assert f"title={finding.code}" in match[2].split(",")
