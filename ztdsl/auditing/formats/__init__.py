"""An audit as text, CSV, JSON and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.auditing.formats.document import as_json
from ztdsl.auditing.formats.markdown import as_markdown
from ztdsl.auditing.formats.table import as_csv
from ztdsl.auditing.formats.text import as_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.auditing.report import Report

FORMATS: Final[dict[str, Callable[[Report], str]]] = {
    "text": as_text,
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
}
"""Each format by its name."""

__all__ = ["FORMATS", "as_csv", "as_json", "as_markdown", "as_text"]
