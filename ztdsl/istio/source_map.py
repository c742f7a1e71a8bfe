"""From a place in a manifest to the declarations that put it there.

Line numbers stay out of manifests, where they would churn with every moved line; they live here.
"""

from __future__ import annotations

import linecache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ztdsl.istio.pointer import enclosing, tokens
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.origin import Origin, Position

SCHEMA: Final = "ztdsl/source-map/v1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A declaration in words, such as "rule" or "service `orders`", and the call that made it."""

    origin: Origin
    declaration: str


class SourceMap:
    """JSON pointers (RFC 6901) into objects, each with the declarations behind it.

    Recording keeps references only; positions are worked out when they are asked for.
    """

    __slots__ = ("_objects",)

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str, str], dict[str, tuple[Entry, ...]]] = {}

    def record(self, kind: str, namespace: str, name: str, pointers: Mapping[str, tuple[Entry, ...]]) -> None:
        """Add what stands behind the parts of one object; a pointer recorded twice keeps the entries of both calls.

        Whether pointers are well formed is found out when the map is read.
        """
        known = self._objects.setdefault((kind, namespace, name), {})
        for pointer, entries in pointers.items():
            known[pointer] = known[pointer] + entries if pointer in known else entries

    def lookup(self, kind: str, namespace: str, name: str, pointer: str = "") -> tuple[Entry, ...]:
        """The declarations behind `pointer`, or behind the nearest part around it that has any; empty if none has.

        Raises:
            ValueError: `pointer` is not a JSON pointer.
        """
        known = self._objects.get((kind, namespace, name), {})
        return next((known[outer] for outer in enclosing(pointer) if known.get(outer)), ())

    def to_json(self, root: Path) -> dict[str, Any]:
        """The whole map as plain data: objects by kind, namespace and name, pointers by their parts.

        Lines and columns count from 1, columns in characters and None where the interpreter kept none. Files
        below `root` are relative to it; all are POSIX paths.
        """
        places = _Places(root)
        return {
            "schema": SCHEMA,
            "objects": [
                {
                    "kind": kind,
                    "namespace": namespace,
                    "name": name,
                    "pointers": [
                        {"pointer": pointer, **places.of(entry.origin), "declaration": entry.declaration}
                        for pointer in sorted(pointers, key=_order)
                        for entry in pointers[pointer]
                    ],
                }
                for (kind, namespace, name), pointers in sorted(self._objects.items(), key=lambda item: item[0])
            ],
        }


class _Places:
    """Positions relative to a root; each origin is worked out once."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._known: dict[int, dict[str, Any]] = {}
        self._files: dict[str, str] = {}

    def of(self, origin: Origin) -> dict[str, Any]:
        known = self._known.get(id(origin))
        if known is None:
            position = origin.position
            known = {"file": self._file(position.file), "line": position.line, "column": _column(position)}
            self._known[id(origin)] = known
        return known

    def _file(self, file: str) -> str:
        known = self._files.get(file)
        if known is None:
            known = self._files[file] = self._shown(Path(file))
        return known

    def _shown(self, file: Path) -> str:
        path = file.resolve()
        return (path.relative_to(self._root) if path.is_relative_to(self._root) else path).as_posix()


def _column(position: Position) -> int | None:
    """The column from 1 in characters; the interpreter counts UTF-8 bytes from 0."""
    if position.column is None:
        return None
    line = linecache.getline(position.file, position.line)
    if line.isascii():
        return position.column + 1
    return len(line.encode()[: position.column].decode(errors="ignore")) + 1


def _order(pointer: str) -> list[tuple[int, int, str]]:
    """A key that orders items of a list by number and sorts a part before what is inside it."""
    return [(0, int(token), token) if token.isdecimal() else (1, 0, token) for token in tokens(pointer)]
