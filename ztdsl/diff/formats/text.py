"""Differences for people at a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.style import Role, Style
from ztdsl.diff.alike import alike
from ztdsl.diff.formats.wording import (
    ROLES,
    SIGNS,
    access_word,
    heading,
    not_compared,
    notes,
    origin,
    reply_line,
    server_tally,
    tally,
    value,
)
from ztdsl.diff.formats.yaml import unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diff.alike import Alike
    from ztdsl.diff.change import Change
    from ztdsl.diff.fields import FieldChange
    from ztdsl.diff.shown import Access, Shown

_ROLE_OF_LINE: Final[dict[str, Role]] = {"+": "ok", "-": "error", "@": "frame"}
_LEAST_ROOM: Final = 12
BEFORE_AND_AFTER: Final = ("now", "then")
WITHOUT_AND_WITH: Final = ("without it", "with it")


def render(shown: Shown, *, color: bool = False, width: int = 80) -> str:
    """Each object with its fields and as a unified diff, then what opens and closes, then the count."""
    return "".join(f"{line}\n" for line in _lines(shown, Style(color=color), width))


def opening(shown: Shown) -> str:
    """The first line, for what prints the objects in another way."""
    return heading(shown) + "\n"


def closing(shown: Shown, *, color: bool = False) -> str:
    """What stands behind the objects: what opens and closes, and the count."""
    return "".join(f"{line}\n" for line in _end(shown, Style(color=color)))


def _lines(shown: Shown, style: Style, width: int) -> Iterator[str]:
    yield style.paint(heading(shown), "strong")
    for change in shown.plan.changes:
        yield ""
        yield from object_lines(change, style, width)
    yield from _end(shown, style)


def _end(shown: Shown, style: Style) -> Iterator[str]:
    yield from _access(shown.access, "Applying this changes access:", BEFORE_AND_AFTER, style)
    yield from _access(shown.foreign, "Foreign objects change access beside what is declared:", WITHOUT_AND_WITH, style)
    if shown.server:
        yield ""
        yield style.paint("The API server would say (dry run):", "strong")
        yield from (f"  {reply_line(each)}" for each in shown.server)
    yield ""
    yield style.paint(tally(shown), "strong")
    yield from (style.paint(each, "info") for each in not_compared(shown))
    if shown.plan.changes or shown.access.undecided:
        yield style.paint(f"access: {access_word(shown)}", "strong")
    if shown.server is not None:
        yield style.paint(server_tally(shown.server), "strong")


def headline(change: Change, style: Style) -> str:
    """One line that says what becomes of which object, and where that is declared."""
    sign = style.paint(f"{SIGNS[change.kind]} {change.kind:<8}", ROLES[change.kind])
    declared = f"  {visible(change.declared_at)}" if change.declared_at else ""
    return f"{sign} {style.paint(visible(str(change.key)), 'strong')}{declared}"


def object_lines(change: Change, style: Style, width: int) -> Iterator[str]:
    """Everything that is said of one object."""
    yield headline(change, style)
    for note in notes(change):
        yield f"    {note}"
    for field in change.fields:
        yield from _field(field, style, width)
    for line in unified(change):
        shown = f"    {visible(line)}"
        role = None if change.stays else _ROLE_OF_LINE.get(line[:1])
        yield style.paint(shown, role) if role else shown


def _field(field: FieldChange, style: Style, width: int) -> Iterator[str]:
    room = max(width - len("      - "), _LEAST_ROOM)
    yield f"    {style.paint(visible(field.pointer), 'frame')}"
    if field.before is not None:
        yield style.paint(f"      - {value(field.before, room)}", "error")
    if field.after is not None:
        yield style.paint(f"      + {value(field.after, room)}", "ok")
    if known := origin(field):
        yield f"      {known}"


def _access(access: Access, title: str, sides: tuple[str, str], style: Style) -> Iterator[str]:
    if not access.effects and not access.undecided:
        return
    yield ""
    yield style.paint(title, "strong")
    for each in alike(access.effects):
        yield from effect_lines(each, sides, style)
    for phrase in access.undecided:
        yield f"  {style.paint('unknown', 'info')} {visible(phrase)}"


def effect_lines(found: Alike, sides: tuple[str, str], style: Style) -> Iterator[str]:
    """What opens or closes, with the request that shows it; `sides` says what the two decisions are about."""
    effect = found.first
    role: Role = "warning" if effect.kind == "opens" else "info"
    word = style.paint(f"{effect.kind:<7}", role)
    yield f"  {word} {style.paint(visible(found.where), 'strong')}"
    yield f"          {visible(effect.callers)}: {visible(effect.what)}"
    yield f"          {sides[0]} {_outcome(effect.before.verdict, effect.before.by)}"
    yield f"          {sides[1]} {_outcome(effect.after.verdict, effect.after.by)}"
    if effect.caused_by:
        yield f"          because of {visible(', '.join(map(str, effect.caused_by)))}"
    yield f"          for example {visible(json.dumps(effect.witness, ensure_ascii=False))}"


def _outcome(verdict: str, by: str) -> str:
    return visible(f"{verdict} ({by})" if by else verdict)
