"""The formats by name."""

from __future__ import annotations

import pytest

from ztdsl.diagnostics.formats import FORMATS, render
from ztdsl.diagnostics.report import Report


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_its_last_line(name: str, report: Report) -> None:
    """Output ends with exactly one newline and is the same each time."""
    text = render(report, name)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert render(report, name) == text


def test_unknown_format_is_refused(report: Report) -> None:
    """A format that does not exist is the caller's mistake, and the message lists those that do."""
    with pytest.raises(ValueError, match="no format 'xml'; there are text, concise, json"):
        render(report, "xml")
