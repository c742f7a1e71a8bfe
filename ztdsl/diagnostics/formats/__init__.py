"""The formats of findings, each a module with one function `render`, loaded when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ztdsl.diagnostics.report import Report

FORMATS: Final = ("text", "concise", "json", "sarif", "junit", "github", "markdown")


def render(
    report: Report,
    format: str = "text",  # noqa: A002 - the word of the command line
    *,
    color: bool = False,
    width: int = 80,
) -> str:
    """The report in one of `FORMATS`, with a newline at its end.

    Args:
        report: what was found.
        format: one of `FORMATS`.
        color: whether `text` uses the colours of a terminal.
        width: where notes and help of `text` wrap.

    Raises:
        ValueError: for a format that does not exist.
    """
    if format not in FORMATS:
        msg = f"no format {format!r}; there are {', '.join(FORMATS)}"
        raise ValueError(msg)
    options = {"color": color, "width": width} if format == "text" else {}
    rendered: str = import_module(f"{__name__}.{format}").render(report, **options)
    return rendered
