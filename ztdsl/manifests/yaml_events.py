"""YAML as plain data, read fast and within bounds.

libyaml finds the events, and each is put where it belongs as it comes: no trees of nodes are made, and nothing
recurses, so that time and memory are bounded whatever the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined] # libyaml's binding has no types

from ztdsl.diagnostics.model import Span
from ztdsl.manifests.scalars import KNOWN, key_text, resolved, tagged
from ztdsl.manifests.unreadable import DEEPEST, MOST_PARTS, MOST_REPEATED, Fault, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOTHING: Final = object()
_MERGE: Final = "<<"
_MERGED: Final = object()
"""Stands for the key `<<` of an object, which a quoted text cannot."""
_NAMES: Final = ("while scanning an alias", "while scanning an anchor")
"""Where libyaml stops behind what is wrong: a `*` or a `&` that is no name."""
_COLLECTIONS: Final = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


class Extent(NamedTuple):
    """Where a document begins and ends: offsets, and the line of the first, from 0."""

    offset: int
    line: int
    end: int


class _Anchored(NamedTuple):
    """What an alias stands for, how many parts it has, and how deep it goes."""

    value: Any
    parts: int
    height: int


class _Open(NamedTuple):
    """What is around the collection that is being filled."""

    around: Any
    key: Any
    anchor: str | None
    parts: int
    deepest: int


def documents(name: str, text: str) -> Iterator[tuple[Extent, Any]]:
    """The documents of a text as plain data, each with its extent.

    Raises:
        Unreadable: the text is no YAML, has a key twice, or is deeper or larger than it may be.
    """
    reader = _Reader(name, text)
    try:
        yield from reader.documents()
    except yaml.YAMLError as error:
        raise syntax_error(name, text, error) from None


class _Reader:
    """Puts events where they belong.

    `_into` is the collection that is being filled and `_key` the key that waits there for its value; `_opened` has the
    collections around it. Aliases share one value: what they would unfold to is only counted.
    """

    __slots__ = ("_anchors", "_deepest", "_into", "_key", "_merged", "_name", "_next", "_opened", "_parts", "_repeated")

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._next: Callable[[], Any] = CParser(text).get_event
        self._begin()

    def _begin(self) -> None:
        self._into: Any = []
        self._key: Any = _NOTHING
        self._opened: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._merged: dict[int, set[str]] = {}
        self._parts = self._repeated = self._deepest = 0

    def documents(self) -> Iterator[tuple[Extent, Any]]:
        """Each document with its extent."""
        take: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceStartEvent: self._sequence,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
        }
        following = self._next
        offset = line = 0
        while True:
            event = following()
            kind = type(event)
            if kind in take:
                take[kind](event)
            elif kind is yaml.DocumentStartEvent:
                mark = event.start_mark
                offset, line = mark.index - mark.column, mark.line
                self._begin()
            elif kind is yaml.DocumentEndEvent:
                yield Extent(offset, line, event.end_mark.index), self._into[0]
            elif kind is yaml.StreamEndEvent:
                return

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 - libyaml's binding has no types
        value = event.value
        if event.implicit[0]:
            if value == _MERGE and self._key is _NOTHING and type(self._into) is dict:
                self._key = _MERGED
                return
            value = KNOWN[value] if value in KNOWN else resolved(value)
        elif event.tag is not None:
            value = self._tagged(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, 1, 0)
        self._put(value, event)

    def _put(self, value: Any, event: Any) -> None:  # noqa: ANN401 - likewise
        into = self._into
        if type(into) is list:
            into.append(value)
        elif self._key is _NOTHING:
            if type(value) is not str or value in into:
                value = self._odd_key(value, event)
            self._key = value
            return
        elif self._key is _MERGED:
            self._merge(value, event)
            self._key = _NOTHING
        else:
            into[self._key] = value
            self._key = _NOTHING
        self._parts += 1
        if self._parts > MOST_PARTS:
            self._refuse(Fault.BOUNDS, f"it has more than {MOST_PARTS} parts", event)

    def _mapping(self, event: Any) -> None:  # noqa: ANN401 - likewise
        self._open({}, event)
        self._key = _NOTHING

    def _sequence(self, event: Any) -> None:  # noqa: ANN401 - likewise
        self._open([], event)

    def _open(self, collection: Any, event: Any) -> None:  # noqa: ANN401 - likewise
        if event.tag not in _COLLECTIONS:
            self._refuse(Fault.SYNTAX, f"the tag `{event.tag}` has no meaning here", event)
        if self._key is _NOTHING and type(self._into) is dict:
            self._refuse(Fault.SYNTAX, "a key is a list or an object, and not a text", event)
        opened = self._opened
        opened.append(_Open(self._into, self._key, event.anchor, self._parts, self._deepest))
        depth = len(opened)
        if event.anchor is not None or depth > self._deepest:
            self._deepest = depth
        if depth > DEEPEST:
            self._refuse(Fault.BOUNDS, f"it is nested deeper than {DEEPEST} levels", event)
        self._into = collection

    def _end(self, event: Any) -> None:  # noqa: ANN401 - likewise
        value = self._into
        depth = len(self._opened)
        around, key, anchor, parts, deepest = self._opened.pop()
        if anchor is not None:
            self._anchors[anchor] = _Anchored(value, self._parts - parts + 1, self._deepest - depth + 1)
            self._deepest = max(deepest, self._deepest)
        self._into, self._key = around, key
        self._put(value, event)

    def _alias(self, event: Any) -> None:  # noqa: ANN401 - likewise
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            self._refuse(Fault.SYNTAX, self._no_anchor(event.anchor), event)
        self._parts += anchored.parts - 1
        self._repeated += anchored.parts
        if self._repeated > MOST_REPEATED:
            self._refuse(Fault.BOUNDS, f"its aliases stand for more than {MOST_REPEATED} parts", event)
        self._deepest = max(self._deepest, len(self._opened) + anchored.height)
        if self._deepest > DEEPEST:
            self._refuse(Fault.BOUNDS, f"its aliases make it deeper than {DEEPEST} levels", event)
        self._put(anchored.value, event)

    def _no_anchor(self, name: str) -> str:
        if any(each.anchor == name for each in self._opened):
            return f"the alias `*{name}` stands within what it repeats"
        return f"the alias `*{name}` has no anchor `&{name}` before it"

    def _odd_key(self, key: Any, event: Any) -> str:  # noqa: ANN401 - likewise
        """A key as a text that is new in its object, or that only `<<` brought there."""
        if isinstance(key, list | dict):
            self._refuse(Fault.SYNTAX, "a key is a list or an object, and not a text", event)
        try:
            text = key_text(key)
        except ValueError as error:
            self._refuse(Fault.SYNTAX, str(error), event)
        if text in self._into:
            if text not in self._merged.get(id(self._into), ()):
                self._refuse(Fault.DUPLICATE, f"the key `{text}` is given twice", event)
            self._merged[id(self._into)].discard(text)
        return text

    def _merge(self, value: Any, event: Any) -> None:  # noqa: ANN401 - likewise
        """Add what `<<` brings; a key that stands before it is refused, since readers disagree on which one counts."""
        into = self._into
        given = value if isinstance(value, list) else [value]
        brought = self._merged.setdefault(id(into), set())
        for each in given:
            if not isinstance(each, dict):
                self._refuse(Fault.SYNTAX, "`<<` brings in something else than an object", event)
            for key, inner in each.items():
                if key not in into:
                    into[key] = inner
                    brought.add(key)
                elif key not in brought:
                    message = f"the key `{key}` stands before `<<`, which brings it as well"
                    self._refuse(Fault.DUPLICATE, message, event)

    def _tagged(self, event: Any) -> Any:  # noqa: ANN401 - likewise
        if event.tag == "!":
            return event.value
        try:
            return tagged(event.tag, event.value)
        except ValueError as error:
            self._refuse(Fault.SYNTAX, str(error), event)

    def _refuse(self, fault: Fault, message: str, event: Any) -> NoReturn:  # noqa: ANN401 - likewise
        span = Span(self._name, event.start_mark.line + 1, event.start_mark.column + 1)
        raise Unreadable(fault, message, span) from None


def syntax_error(name: str, text: str, error: yaml.YAMLError) -> Unreadable:
    """What libyaml says of a text, in one phrase, and where."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text.encode()[: error.position].decode(errors="ignore")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Unreadable(Fault.SYNTAX, "it holds a control character", Span(name, line, column))
    context, problem = getattr(error, "context", None), getattr(error, "problem", None)
    mark = getattr(error, "context_mark" if context in _NAMES else "problem_mark", None)
    words = f"{context}, {problem}" if context and problem else str(problem or error).split("\n", 1)[0]
    span = Span(name) if mark is None else Span(name, mark.line + 1, mark.column + 1)
    return Unreadable(Fault.SYNTAX, words, span)
