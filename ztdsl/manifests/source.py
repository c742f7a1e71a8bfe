"""One text of YAML or JSON: its documents, and where their parts stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ztdsl.diagnostics.model import Span
from ztdsl.manifests import json_text, yaml_events
from ztdsl.manifests.templates import BRACES
from ztdsl.manifests.unreadable import MOST_OBJECTS, Fault, Unreadable
from ztdsl.manifests.yaml_places import items_of, outline, region_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ztdsl.manifests.yaml_places import Part, Region


class Source:
    """One text and its documents.

    Places are worked out when they are asked for, and then for a whole document at once. Of the last document all are
    kept, of others those in lists: the rules of many policies are asked for one by one, in any order.

    Args:
        name: the file, as messages name it.
        text: its content.

    Attributes:
        may_be_template: whether braces stand anywhere as templates have them.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.may_be_template = BRACES in text
        self._text = text
        self._is_json = json_text.is_json(text)
        self._extents: list[tuple[int, int, int]] = []
        self._shown: tuple[int, Part | None] | None = None
        self._items: dict[tuple[str | int, ...], tuple[Region, ...]] = {}
        self._json_places: json_text.Places | None = None

    def documents(self) -> Iterator[Any]:
        """The documents as plain data, in order.

        Raises:
            Unreadable: the text is neither YAML nor JSON, has a key twice, or is deeper or larger than it may be.
        """
        found: Iterator[tuple[tuple[int, int, int], Any]]
        if self._is_json:
            found = (((at, 0, len(self._text)), plain) for at, plain in json_text.documents(self.name, self._text))
        else:
            found = yaml_events.documents(self.name, self._text)
        for extent, plain in found:
            self._extents.append(extent)
            if len(self._extents) > MOST_OBJECTS:
                raise Unreadable(Fault.BOUNDS, f"it has more than {MOST_OBJECTS} documents", Span(self.name))
            yield plain

    def items(self) -> json_text.Items | None:
        """The objects of the only document where it is a list in JSON whose items say what they are; None elsewhere."""
        items = json_text.Items(self.name, self._text) if self._is_json else None
        if items is None or not items.is_list:
            return None
        self._extents = [(items.begin, 0, len(self._text))]
        return items

    def span(self, number: int, path: Sequence[str | int], *, key: bool = False) -> Span:
        """The place of a part of the document `number` that was read, or of the nearest part around it that exists.

        With `key` it is the place of the key that names the part.
        """
        offset, line, _ = self._extents[number]
        if self._is_json:
            if self._json_places is None:
                self._json_places = json_text.Places(self.name, self._text)
            return self._json_places.span(offset, path, key=key)
        region = self._region(number, path, key=key)
        if region is None:
            return Span(self.name, line + 1, 1)
        if region.end_line != region.line or region.end_column <= region.column:
            return Span(self.name, line + region.line + 1, region.column + 1)
        return Span(self.name, line + region.line + 1, region.column + 1, line + region.line + 1, region.end_column + 1)

    def _region(self, number: int, path: Sequence[str | int], *, key: bool) -> Region | None:
        """The region of a part within its document; None where the document is empty."""
        *around, last = path or ("",)
        items = self._items.get((number, *around), ()) if type(last) is int and not key else ()
        if type(last) is int and last < len(items):
            return items[last]
        root = self._root(number)
        if root is None:
            return None
        if type(last) is int:
            self._items[(number, *around)] = items_of(root, around)
        return region_of(root, path, key=key)

    def _root(self, number: int) -> Part | None:
        """The parts of a document; None where it is empty."""
        if self._shown is None or self._shown[0] != number:
            offset, _, end = self._extents[number]
            self._shown = (number, outline(self._text[offset:end]))
        return self._shown[1]
