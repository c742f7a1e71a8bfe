"""Differences in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.style import Style
from ztdsl.diff.alike import alike
from ztdsl.diff.formats.text import headline
from ztdsl.diff.formats.wording import access_word, heading, not_compared, reply_line, server_tally, tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diff.shown import Shown


def render(shown: Shown, *, color: bool = False, width: int = 80) -> str:
    """What is compared, each object in a line, each opening and closing in a line, and the counts."""
    del width  # a line is an object
    return "".join(f"{line}\n" for line in _lines(shown, Style(color=color)))


def _lines(shown: Shown, style: Style) -> Iterator[str]:
    yield heading(shown)
    yield from (headline(change, style) for change in shown.plan.changes)
    for each in (*alike(shown.access.effects), *alike(shown.foreign.effects)):
        effect = each.first
        yield visible(f"{effect.kind} {each.where}: {effect.callers}: {effect.what}")
    yield tally(shown)
    yield from not_compared(shown)
    if shown.plan.changes or shown.access.undecided:
        yield f"access: {access_word(shown)}"
    if shown.server is not None:
        yield from (reply_line(each) for each in shown.server if each.result != "accepted")
        yield server_tally(shown.server)
