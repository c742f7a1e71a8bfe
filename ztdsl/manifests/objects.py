"""The objects of a document: itself, or the items of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def objects(plain: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:  # noqa: ANN401 - what a file holds
    """Each object of a document with the path that leads to it; an empty document has none."""
    if isinstance(plain, dict) and str(plain.get("kind", "")).endswith("List") and isinstance(plain.get("items"), list):
        for index, item in enumerate(plain["items"]):
            for path, each in objects(item):
                yield ("items", index, *path), each
    elif plain is not None:
        yield (), plain
