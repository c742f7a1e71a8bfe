"""Differences as a comment of a pull request: what counts in a table, details folded (GitHub and GitLab Markdown)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.markdown import code, escaped, phrase
from ztdsl.diagnostics.formats.style import Style
from ztdsl.diff.formats.text import effect_lines, object_lines
from ztdsl.diff.formats.wording import access_word, notes, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.diff.change import Change
    from ztdsl.diff.shown import Access, Effect, Shown

_MOST: Final = 60_000  # GitHub refuses a comment of more than 65,536 characters
_MOST_ROWS: Final = 100
_MOST_FIELDS: Final = 3
_WIDTH: Final = 100


def render(shown: Shown, *, color: bool = False, width: int = 80) -> str:
    """A heading that counts, a table of the objects, a table of what opens and closes, then details, folded.

    It fits into one comment: details that do not are left out, and it says so.
    """
    del color, width  # a browser lays it out
    parts = [f"**ztc diff** of {phrase(visible(shown.subject))} against {phrase(visible(shown.compared_with))}\n"]
    parts.append(f"**{tally(shown)}**; access: **{access_word(shown)}**\n")
    if shown.plan.changes:
        parts.append(_objects(shown.plan.changes))
    effects = [*_rows(shown.access, "applying"), *_rows(shown.foreign, "foreign objects")]
    if effects:
        parts.append(_table(["access", "by", "workload", "callers", "requests"], effects))
    parts += [f"- unknown: {escaped(visible(each))}\n" for each in (*shown.access.undecided, *shown.foreign.undecided)]
    room = _MOST - sum(map(len, parts))
    parts += _details(shown, room)
    return "\n".join(parts)


def _objects(changes: tuple[Change, ...]) -> str:
    rows = ([each.kind, code(visible(str(each.key))), _place(each), _notes(each)] for each in changes[:_MOST_ROWS])
    table = _table(["", "object", "declared at", ""], rows)
    rest = len(changes) - _MOST_ROWS
    return table if rest <= 0 else f"{table}\nand {rest} more\n"


def _place(change: Change) -> str:
    return code(visible(change.declared_at)) if change.declared_at else ""


def _notes(change: Change) -> str:
    fields = [code(visible(each.pointer)) for each in change.fields[:_MOST_FIELDS]]
    rest = len(change.fields) - _MOST_FIELDS
    fields += [f"and {rest} more fields"] if rest > 0 else []
    return "; ".join([*(phrase(each) for each in notes(change)), *([", ".join(fields)] if fields else [])])


def _rows(access: Access, by: str) -> Iterator[list[str]]:
    shown = access.effects[:_MOST_ROWS]
    for each in shown:
        yield [
            f"**{each.kind}**",
            by,
            code(visible(each.place)),
            phrase(visible(each.callers)),
            phrase(visible(each.what)),
        ]
    if len(access.effects) > len(shown):
        yield ["", by, f"and {len(access.effects) - len(shown)} more", "", ""]


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _details(shown: Shown, room: int) -> list[str]:
    """A folded part for each object, and one for each opening and closing, while there is room."""
    style = Style(color=False)
    found: list[str] = []
    left_out = 0
    for change in shown.plan.changes:
        lines = object_lines(change, style, _WIDTH)
        part = _folded(f"{change.kind} {change.key}", "diff", (line.removeprefix("    ") for line in lines))
        room -= len(part)
        if room < 0:
            left_out += 1
        else:
            found.append(part)
    effects: tuple[Effect, ...] = (*shown.access.effects, *shown.foreign.effects)
    if effects:
        lines = (line for each in effects for line in effect_lines(each, style, _WIDTH))
        part = _folded("requests that show it", "text", lines)
        if room - len(part) >= 0:
            found.append(part)
        else:
            left_out += len(effects)
    if left_out:
        found.append(f"{left_out} details do not fit into a comment; `ztc diff -o text` prints them.\n")
    return found


def _folded(title: str, language: str, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(longest + 1, 3)
    summary = escaped(visible(title))
    return f"<details><summary>{summary}</summary>\n\n{fence}{language}\n{body}\n{fence}\n\n</details>\n"
