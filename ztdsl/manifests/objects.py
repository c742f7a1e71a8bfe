"""The objects of a document: itself, or the items of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIST: Final = "List"


def objects(plain: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:  # noqa: ANN401 - what a file holds
    """Each object of a document with the path that leads to it; an empty document has none.

    The items of a list of one kind, as `kubectl get --raw` prints it, leave out what they are: the list says it.
    """
    if isinstance(plain, dict) and str(plain.get("kind", "")).endswith(_LIST) and isinstance(plain.get("items"), list):
        named = _named(plain)
        for index, item in enumerate(plain["items"]):
            whole = {**named, **item} if named and isinstance(item, dict) else item
            for path, each in objects(whole):
                yield ("items", index, *path), each
    elif plain is not None:
        yield (), plain


def _named(plain: dict[str, Any]) -> dict[str, Any]:
    """The kind and the version of items that name none; a `List` of any kind does not say them."""
    kind = str(plain["kind"]).removesuffix(_LIST)
    return {"kind": kind, "apiVersion": plain.get("apiVersion")} if kind else {}
