"""Reports of differences: for a terminal, for programs, for a pull request."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ztdsl.diff.shown import Shown


def render(shown: Shown, output: str, *, color: bool = False, width: int = 80) -> str:
    """The report as text in one of the formats.

    Args:
        shown: what is to be said.
        output: `text`, `json`, `summary` or `markdown`.
        color: whether to use the colours of a terminal; for `text` and `summary`.
        width: the columns of a line; for `text` and `summary`.
    """
    module = import_module(f"ztdsl.diff.formats.{output}")
    text: str = module.render(shown, color=color, width=width)
    return text
