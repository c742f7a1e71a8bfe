"""Differences as a comment of a pull request: what counts in a table, details folded (GitHub and GitLab Markdown)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.markdown import code, escaped, phrase
from ztdsl.diagnostics.formats.style import Style
from ztdsl.diff.alike import alike
from ztdsl.diff.formats.text import BEFORE_AND_AFTER, WITHOUT_AND_WITH, effect_lines, object_lines
from ztdsl.diff.formats.wording import access_word, not_compared, notes, server_tally, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.cluster.reply import Reply
    from ztdsl.diff.change import Change
    from ztdsl.diff.shown import Access, Shown

_MOST: Final = 60_000  # GitHub refuses a comment of more than 65,536 characters
_MOST_ROWS: Final = 40
_LONGEST: Final = 200
_MOST_FIELDS: Final = 3
_WIDTH: Final = 100


def render(shown: Shown, *, color: bool = False, width: int = 80) -> str:
    """A heading that counts, a table of the objects, a table of what opens and closes, then details, folded.

    It fits into one comment: details that do not are left out, and it says so.
    """
    del color, width  # a browser lays it out
    parts = [f"**ztc diff** of {phrase(visible(shown.subject))} against {phrase(visible(shown.compared_with))}\n"]
    parts.append(f"**{tally(shown)}**; access: **{access_word(shown)}**\n")
    parts += [f"{_cut(each)}\n" for each in not_compared(shown)]
    if shown.plan.changes:
        parts.append(_objects(shown.plan.changes))
    if shown.server is not None:
        parts.append(f"{phrase(server_tally(shown.server))}\n")
        parts += _replies(shown.server)
    effects = [*_rows(shown.access, "applying"), *_rows(shown.foreign, "foreign objects")]
    if effects:
        parts.append(_table(["access", "by", "workload", "callers", "requests"], effects))
    parts += _unknown((*shown.access.undecided, *shown.foreign.undecided))
    parts += _fitting(_details(shown), _MOST - sum(map(len, parts)))
    return "\n".join(parts)


def _objects(changes: tuple[Change, ...]) -> str:
    rows = ([each.kind, code(visible(str(each.key))), _place(each), _notes(each)] for each in changes[:_MOST_ROWS])
    table = _table(["", "object", "declared at", ""], rows)
    rest = len(changes) - _MOST_ROWS
    return table if rest <= 0 else f"{table}\nand {rest} more\n"


def _replies(replies: tuple[Reply, ...]) -> Iterator[str]:
    """A table of the objects that the server does not simply take."""
    others = [each for each in replies if each.result != "accepted"]
    rows = [
        [f"**{each.result}**", code(visible("{} {}/{}".format(*each.key))), _who(each), _said(each)] for each in others
    ]
    if rows:
        yield _table(["API server", "object", "by", ""], rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        yield f"and {len(rows) - _MOST_ROWS} more\n"


def _who(reply: Reply) -> str:
    return "" if reply.gate is None else _cut(f"{reply.gate} {reply.by or ''}".strip())


def _said(reply: Reply) -> str:
    held = (f"{each.field} is set by {each.manager}" for each in reply.held)
    return "; ".join(_cut(each) for each in (reply.said, *held, *reply.warnings) if each)


def _place(change: Change) -> str:
    return code(visible(change.declared_at)) if change.declared_at else ""


def _notes(change: Change) -> str:
    fields = [code(visible(each.pointer)) for each in change.fields[:_MOST_FIELDS]]
    rest = len(change.fields) - _MOST_FIELDS
    fields += [f"and {rest} more fields"] if rest > 0 else []
    return "; ".join([*(_cut(each) for each in notes(change)), *([", ".join(fields)] if fields else [])])


def _rows(access: Access, by: str) -> Iterator[list[str]]:
    found = alike(access.effects)
    for each in found[:_MOST_ROWS]:
        effect = each.first
        yield [f"**{effect.kind}**", by, code(visible(each.where)), _cut(effect.callers), _cut(effect.what)]
    if len(found) > _MOST_ROWS:
        yield ["", by, f"and {len(found) - _MOST_ROWS} more", "", ""]


def _unknown(undecided: tuple[str, ...]) -> Iterator[str]:
    yield from (f"- unknown: {_cut(each)}\n" for each in undecided[:_MOST_ROWS])
    if len(undecided) > _MOST_ROWS:
        yield f"- and {len(undecided) - _MOST_ROWS} more\n"


def _cut(text: str) -> str:
    """A phrase as a cell of a table holds it."""
    shown = visible(text)
    return phrase(shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…")


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _fitting(parts: Iterable[tuple[str, int]], room: int) -> Iterator[str]:
    """The parts for which there is room, then how many details are in none of them."""
    left_out = 0
    for part, details in parts:
        if len(part) > room:
            left_out += details
        else:
            room -= len(part)
            yield part
    if left_out:
        some = "1 detail does" if left_out == 1 else f"{left_out} details do"
        yield f"{some} not fit into a comment; `ztc diff -o text` prints what is left out.\n"


def _details(shown: Shown) -> Iterator[tuple[str, int]]:
    """A folded part for each object, and one for what opens and closes; each with the number of its details."""
    style = Style(color=False)
    for change in shown.plan.changes:
        _, *lines = object_lines(change, style, _WIDTH)
        language = "text" if change.stays else "diff"  # YAML's dashes are no deletions
        yield _folded(f"{change.kind} {change.key}", language, (line.removeprefix("    ") for line in lines)), 1
    for access, sides, title in (
        (shown.access, BEFORE_AND_AFTER, "requests that show it"),
        (shown.foreign, WITHOUT_AND_WITH, "requests that show it, of foreign objects"),
    ):
        if access.effects:
            found = alike(access.effects)
            shows = (line for each in found for line in effect_lines(each, sides, style))
            yield _folded(title, "text", shows), len(found)


def _folded(title: str, language: str, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(longest + 1, 3)
    summary = escaped(visible(title))
    return f"<details><summary>{summary}</summary>\n\n{fence}{language}\n{body}\n{fence}\n\n</details>\n"
