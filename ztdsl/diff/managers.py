"""Who last wrote a field of a live object, and when, as the API server keeps it in `managedFields`.

A field is `f:NAME` there; a list without merge keys, which all lists of Istio's kinds here are, belongs to its
managers as a whole. Source: Kubernetes `structured-merge-diff` v6, `fieldpath/serialize-pe.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ztdsl.istio.pointer import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator


class Written(NamedTuple):
    """A writer by the name it gave itself, and the time in RFC 3339; None where the server kept none."""

    manager: str | None
    time: str | None


NOBODY = Written(None, None)


def writer_of(live: dict[str, Any], pointer: str) -> Written:
    """Who last wrote the part at `pointer`; of several that share it the last one. Nobody where none is recorded."""
    parts = tokens(pointer)
    found = [(str(entry.get("time") or ""), entry) for entry in _entries(live) if _holds(entry.get("fieldsV1"), parts)]
    return _written(max(found, key=lambda pair: pair[0])[1]) if found else NOBODY


def last_writer(live: dict[str, Any]) -> Written:
    """Who last wrote anything of the object. Nobody where none is recorded: when it was made says nothing of that."""
    found = [(str(entry.get("time") or ""), entry) for entry in _entries(live)]
    return _written(max(found, key=lambda pair: pair[0])[1]) if found else NOBODY


def _entries(live: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries for the object itself; those of its status are about nothing that is compared."""
    entries = _object(live.get("metadata")).get("managedFields")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and not entry.get("subresource"):
            yield entry


def _holds(fields: Any, parts: tuple[str, ...]) -> bool:  # noqa: ANN401 - what a server wrote
    """Whether a manager's fields have the part, or a leaf around it."""
    at, depth = fields, 0
    for part in parts:
        if not isinstance(at, dict) or f"f:{part}" not in at:
            break
        at, depth = at[f"f:{part}"], depth + 1
    return depth > 0 and (depth == len(parts) or at == {})


def _written(entry: dict[str, Any]) -> Written:
    manager, time = entry.get("manager"), entry.get("time")
    return Written(
        manager if isinstance(manager, str) and manager else None, time if isinstance(time, str) and time else None
    )


def _object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - what a server wrote
    return value if isinstance(value, dict) else {}
