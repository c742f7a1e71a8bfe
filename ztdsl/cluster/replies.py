"""What the API server said to objects, as findings at the lines that declare them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from ztdsl.cluster.reply import Reply
    from ztdsl.diagnostics.model import Diagnostic

    Declared: TypeAlias = Callable[[str], str | None]

_PART: Final = re.compile(r"[^.\[\]]+")
_WHO: Final = {
    "schema": "the schema of the API server",
    "policy": "ValidatingAdmissionPolicy `{}`",
    "webhook": "webhook `{}`",
    "admission": "the API server",
}


def findings(replies: Iterable[tuple[Reply, Declared]]) -> list[Diagnostic]:
    """A finding for each object that is not simply accepted.

    Args:
        replies: each with what leads from a JSON pointer into the object to `file:line` of its declaration.
    """
    return [found for reply, declared in replies for found in _of(reply, declared)]


def who(reply: Reply) -> str:
    """Who refused."""
    if reply.gate == "rbac":
        return "RBAC"
    return _WHO.get(reply.gate or "", "the API server").format(reply.by)


def _of(reply: Reply, declared: Declared) -> list[Diagnostic]:
    kind, namespace, name = reply.key
    words = f"{kind} `{namespace}/{name}`"
    place = _label(reply, declared)
    said = [f"the server says: {reply.said}"] if reply.said else []
    found: list[Diagnostic] = []
    if reply.gate == "rbac":
        resource = f"`{reply.by}` of {words}"
        help_ = ["bind the ClusterRole `ztc-writer` of docs/reference/cluster-access.md to that user: it may write"]
        found.append(diagnostic("ZT716", f"{resource} is forbidden, as a dry run too", place, notes=said, help=help_))
    elif reply.result == "refused":
        found.append(diagnostic("ZT715", f"{who(reply)} would refuse {words}", place, notes=said))
    elif reply.gate == "namespace":
        help_ = [f"create namespace `{namespace}` first, then ask again"]
        message = f"namespace `{namespace}` does not exist, so admission says nothing of {words} yet"
        found.append(diagnostic("ZT718", message, place, notes=said, help=help_))
    elif reply.result == "unknown":
        found.append(diagnostic("ZT718", f"{who(reply)} cannot be asked about {words} in a dry run", place, notes=said))
    if reply.held:
        managers = " and ".join(dict.fromkeys(f"`{each.manager}`" for each in reply.held))
        notes = [f"{each.field} is set by {each.manager}" for each in reply.held]
        help_ = [
            "a server-side apply fails here unless it is forced (`--force-conflicts`), which takes the fields over",
            "name the manager with which you apply: --field-manager",
        ]
        found.append(diagnostic("ZT717", f"{managers} has set fields of {words}", place, notes=notes, help=help_))
    found += [
        diagnostic("ZT719", f"the server warns of {words}", place, notes=[f"the server says: {each}"])
        for each in reply.warnings
    ]
    return found


def _label(reply: Reply, declared: Declared) -> Label | None:
    """The line that declares the first field that the server names, else the object."""
    for field in (*reply.fields, *(each.field for each in reply.held), ""):
        pointer = "".join(f"/{part}" for part in _PART.findall(field))
        if place := declared(pointer):
            file, _, line = place.rpartition(":")
            return Label(Span(file, int(line)) if file and line.isdigit() else Span(place))
    return None
