"""One line for each finding."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ztdsl.diagnostics.formats.concise import render
from ztdsl.diagnostics.report import Report


def test_whole_report(report: Report) -> None:
    """Each finding is one line that editors can jump from."""
    assert render(report) == (
        "warning[ZT401] a dry run is past its end date\n"
        "policies.py:9:36: error[ZT112] service `orders` has no port 9100\n"
        "policies.py:9:75: error[ZT307] `/a*b` has a star inside\n"
        "error: 2 errors, 1 warning in 12 rules, 1 accepted\n"
    )


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_no_text_makes_a_line(data: st.DataObject, reports: st.SearchStrategy[Report]) -> None:
    """There is one line for each finding and one that counts."""
    report = data.draw(reports)
    assert len(render(report).splitlines()) == len(report.findings) + 1
