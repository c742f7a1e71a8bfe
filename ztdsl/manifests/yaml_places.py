"""Where the parts of a YAML document stand: worked out again from its text when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined] # libyaml's binding has no types

from ztdsl.manifests.scalars import key_text, resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

_MERGE = "<<"


class Region(NamedTuple):
    """Lines and columns from 0, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Part(NamedTuple):
    """A value, where it stands, and the parts in it: of a list in order, of an object by key."""

    region: Region
    inner: list[Part] | dict[str, tuple[Region, Part]] | None


Keyed: TypeAlias = "dict[str, tuple[Region, Part]]"


def outline(text: str) -> Part | None:
    """The parts of the first document of a text that was read before; None where it has none."""
    builder = _Builder()
    following = CParser(text).get_event
    while True:
        event = following()
        kind = type(event)
        if kind in {yaml.DocumentEndEvent, yaml.StreamEndEvent}:
            return builder.root
        if kind in {yaml.MappingStartEvent, yaml.SequenceStartEvent}:
            builder.open(event, is_object=kind is yaml.MappingStartEvent)
        elif kind in {yaml.MappingEndEvent, yaml.SequenceEndEvent}:
            builder.close(event)
        elif kind is yaml.ScalarEvent:
            builder.scalar(event)
        elif kind is yaml.AliasEvent:
            builder.alias(event)


def region_of(root: Part, path: Sequence[str | int], *, key: bool) -> Region:
    """The region of a part, or of the nearest part around it that exists; with `key` that of the key which names it."""
    part, region = root, root.region
    for step in path:
        inner = _inner(part, step)
        if inner is None:
            return part.region
        region, part = inner
    return region if key else part.region


def items_of(root: Part, path: Sequence[str | int]) -> tuple[Region, ...]:
    """The regions of the items of a list; none where no list is."""
    part = root
    for step in path:
        inner = _inner(part, step)
        if inner is None:
            return ()
        part = inner[1]
    return tuple(item.region for item in part.inner) if isinstance(part.inner, list) else ()


def _inner(part: Part, step: str | int) -> tuple[Region, Part] | None:
    """What `step` leads to, with the region of what names it there; None where it leads nowhere."""
    inner = part.inner
    if isinstance(inner, dict):
        return _named(inner, str(step))
    if isinstance(inner, list) and str(step).isdecimal() and int(step) < len(inner):
        item = inner[int(step)]
        return item.region, item
    return None


def _named(inner: Keyed, name: str) -> tuple[Region, Part] | None:
    """A member by its key, or by a key of what `<<` brings."""
    if name in inner or _MERGE not in inner:
        return inner.get(name)
    merged = inner[_MERGE][1].inner
    sources = [each.inner for each in merged] if isinstance(merged, list) else [merged]
    found = (_named(each, name) for each in sources if isinstance(each, dict))
    return next((each for each in found if each is not None), None)


class _Builder:
    def __init__(self) -> None:
        self.root: Part | None = None
        self._open: list[tuple[Any, list[Part] | Keyed, tuple[str, Region] | None]] = []
        self._key: tuple[str, Region] | None = None
        self._anchors: dict[str, Part] = {}

    def open(self, event: Any, *, is_object: bool) -> None:  # noqa: ANN401 - libyaml's binding has no types
        self._open.append((event, {} if is_object else [], self._key))
        self._key = None

    def close(self, event: Any) -> None:  # noqa: ANN401 - likewise
        start, inner, self._key = self._open.pop()
        self._put(Part(_region(start, event), inner), start.anchor)

    def scalar(self, event: Any) -> None:  # noqa: ANN401 - likewise
        if self._key is None and self._open and isinstance(self._open[-1][1], dict):
            value = resolved(event.value) if event.implicit[0] and event.value else event.value
            self._key = (key_text(value), _region(event, event))
        else:
            self._put(Part(_region(event, event), None), event.anchor)

    def alias(self, event: Any) -> None:  # noqa: ANN401 - likewise
        self._put(Part(_region(event, event), self._anchors[event.anchor].inner), None)

    def _put(self, part: Part, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = part
        if not self._open:
            self.root = part
            return
        into = self._open[-1][1]
        if isinstance(into, list):
            into.append(part)
        elif self._key is not None:
            name, region = self._key
            into[name] = (region, part)
            self._key = None


def _region(first: Any, last: Any) -> Region:  # noqa: ANN401 - likewise
    start, end = first.start_mark, last.end_mark
    return Region(start.line, start.column, end.line, end.column)
