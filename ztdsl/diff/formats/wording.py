"""What the formats have in common."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible

if TYPE_CHECKING:
    from ztdsl.cluster.reply import Reply
    from ztdsl.diagnostics.formats.style import Role
    from ztdsl.diff.change import Change, Kind
    from ztdsl.diff.fields import FieldChange
    from ztdsl.diff.shown import Access, Shown

SIGNS: Final[dict[Kind, str]] = {"create": "+", "change": "~", "delete": "-", "foreign": "?", "conflict": "!"}
ROLES: Final[dict[Kind, Role]] = {
    "create": "ok",
    "change": "warning",
    "delete": "error",
    "foreign": "info",
    "conflict": "error",
}
_NOUNS: Final[dict[Kind, str]] = {
    "create": "to create",
    "change": "to change",
    "delete": "to delete",
    "foreign": "foreign",
    "conflict": "in conflict",
}


RESULTS: Final = ("accepted", "warned", "conflict", "refused", "unknown")


def heading(shown: Shown) -> str:
    """The first line: what is compared with what."""
    return f"{visible(shown.subject)} compared with {visible(shown.compared_with)}"


def tally(shown: Shown) -> str:
    """How many objects differ, and how."""
    counts = [f"{number} {noun}" for kind, noun in _NOUNS.items() if (number := shown.plan.count(kind))]
    same = f"{shown.plan.same} the same"
    return ", ".join([*counts, same]) if counts else f"no difference, {same}"


def not_compared(shown: Shown) -> list[str]:
    """A phrase for each kind that was not compared, with the reason."""
    return [visible(f"not compared: {each}") for each in shown.not_compared]


def access_word(shown: Shown) -> str:
    """What becomes of access, in a few words."""
    words = _class_word(shown.access)
    if shown.foreign.effects:
        words += f"; foreign objects: {_class_word(shown.foreign)}"
    undecided = len(shown.access.undecided) + len(shown.foreign.undecided)
    return f"{words}; {undecided} undecided" if undecided else words


def _class_word(access: Access) -> str:
    return {"both": "widened and narrowed", "same": "the same"}.get(access.classed, access.classed)


def reply_line(reply: Reply) -> str:
    """What the server says to one object, in a line."""
    kind, namespace, name = reply.key
    parts: list[str] = [reply.result]
    if reply.gate is not None:
        parts.append(f"({reply.gate}{f' {reply.by}' if reply.by else ''})")
    words = f"{' '.join(parts)} {kind} {namespace}/{name}"
    said = [reply.said, *(f"{each.field} is set by {each.manager}" for each in reply.held), *reply.warnings]
    text = "; ".join(each for each in said if each)
    return visible(f"{words}: {text}" if text else words)


def server_tally(replies: tuple[Reply, ...]) -> str:
    """How many objects the server would take, and how many not."""
    counts = Counter(each.result for each in replies)
    words = ", ".join(f"{counts[word]} {word}" for word in RESULTS if counts[word])
    return f"API server (dry run): {words or 'nothing to ask'}"


def notes(change: Change) -> list[str]:
    """What is to be known of an object beside its fields, a phrase each."""
    found: list[str] = []
    if change.kind == "conflict":
        found.append(_conflict(change))
    elif change.claimed_by is not None:
        found.append(f"its labels say that it is of {change.claimed_by}")
    if change.adopts:
        found.append("it does not carry the labels of this policy; applying takes it over")
    if change.copy_of is not None:
        found.append(f"an unmanaged copy of {change.copy_of}")
    if change.kind != "create" and (writer := written(change.manager, change.changed_at)):
        found.append(f"last {writer}")
    return [visible(each) for each in found]


def _conflict(change: Change) -> str:
    if change.wanted is None:
        return "it has the labels of this policy, which declares nothing in that namespace"
    return f"it belongs to policy `{change.claimed_by}` by its labels"


def written(manager: str | None, time: str | None) -> str:
    """Who wrote something and when; empty where nobody is recorded."""
    parts = ["written"] if manager or time else []
    parts += [f"by {manager}"] if manager else []
    parts += [f"at {time}"] if time else []
    return " ".join(parts)


def value(given: object, room: int) -> str:
    """A value of a field on one line, shortened to `room` columns."""
    text = given if isinstance(given, str) and given.strip() == given != "" else json.dumps(given, ensure_ascii=False)
    text = visible(text)
    return text if len(text) <= room else text[: max(room - 1, 1)] + "…"


def origin(field: FieldChange) -> str:
    """Where a field is declared and who wrote the live one, in brackets; empty where neither is known."""
    parts = [f"declared at {field.declared_at}"] if field.declared_at else []
    parts += [f"live {writer}"] if (writer := written(field.manager, field.changed_at)) else []
    return visible(f"({', '.join(parts)})") if parts else ""
