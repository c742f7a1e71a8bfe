"""Findings as a comment of a pull request."""

from __future__ import annotations

import re

import markdown  # type: ignore[import-untyped] # no stubs are installed
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.formats.markdown import render
from ztdsl.diagnostics.report import Report


def test_whole_report(report: Report) -> None:
    """A table of findings, the details folded, the accepted findings with their reasons."""
    lines = render(report).splitlines()
    assert lines[:6] == [
        "**ztc** error: 2 errors, 1 warning in 12 rules, 1 accepted",
        "",
        "| severity | code | place | message |",
        "| --- | --- | --- | --- |",
        "| warning | ZT401 |  | a dry run is past its end date |",
        "| error | ZT112 | `policies.py:9:36` | service `orders` has no port 9100 |",
    ]
    assert lines[8:11] == ["<details><summary>Details</summary>", "", "```text"]
    assert "  = help: add `metrics` to `ports=[...]` of `orders`, or target `api`" in lines
    assert lines[-3:] == [
        "| accepted | place | reason |",
        "| --- | --- | --- |",
        "| ZT301 | `policies.py:2:18` | agreed &#124; with ops |",
    ]


def test_clean_report_is_one_line() -> None:
    """Nothing found is said in one line."""
    assert render(Report((), policy="shop", rules=3)) == "**ztc** ok: 3 rules, no findings\n"


@pytest.mark.parametrize(
    ("message", "cell"),
    [
        ("path `/a*` is odd", "path `/a*` is odd"),
        ("path `a|b` is odd", "path <code>a&#124;b</code> is odd"),
        ("path `a\\` is odd", "path <code>a&#92;</code> is odd"),
        ("a*b_c", "a&#42;b&#95;c"),
        ("odd ` mark", "odd &#96; mark"),
        ("empty ``", "empty <code></code>"),
        ("<b>@team", "&#60;b&#62;@<!-- -->team"),
    ],
)
def test_message_is_shown_as_written(message: str, cell: str) -> None:
    """Backticks make code; nothing else in a message means anything to Markdown."""
    assert render(Report((diagnostic("ZT121", message, None),))).splitlines()[4] == f"| error | ZT121 |  | {cell} |"


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_no_text_breaks_the_comment(data: st.DataObject, reports: st.SearchStrategy[Report]) -> None:
    """The table has one row of four cells for each finding, and the fence holds all details."""
    report = data.draw(reports)
    lines = render(report).splitlines()
    if not report.findings:
        return
    rows = lines[4 : 4 + len(report.findings)]
    assert all(row.startswith("| ") and row.count("|") == 5 for row in rows)
    assert lines[4 + len(report.findings)] == ""
    opening = lines.index("<details><summary>Details</summary>") + 2
    fence = lines[opening].removesuffix("text")
    closing = lines.index(fence, opening + 1)
    assert not any(re.fullmatch(f" {{0,3}}{fence}`*", line) for line in lines[opening + 1 : closing])
    assert lines[closing + 1 : closing + 3] == ["", "</details>"]
    rendered = markdown.markdown("\n".join(lines[2 : 4 + len(rows)]), extensions=["tables"])
    assert rendered.count("<tr>") == len(rows) + 1
    assert rendered.count("<td>") == 4 * len(rows)
