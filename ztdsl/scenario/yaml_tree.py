"""One YAML document as plain data with the places of its parts, both made from one run of libyaml's events.

Scalars mean what PyYAML's safe loader takes them for, dates included: a date where a text belongs is a mistake.
Anchors may stand, aliases may not: a person writes a scenario out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined] # libyaml's binding has no types

from ztdsl.diagnostics.model import Span
from ztdsl.manifests.scalars import tagged
from ztdsl.manifests.unreadable import Fault, Unreadable
from ztdsl.manifests.yaml_events import syntax_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

DEEPEST: Final = 32
_NOTHING: Final = object()
_TEXT: Final = "tag:yaml.org,2002:str"
_COLLECTIONS: Final = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_MOST_KNOWN: Final = 20_000
_BITS: Final = 24
_ONE: Final = (1 << _BITS) - 1
_BOTH: Final = (1 << 2 * _BITS) - 1


class Listed(NamedTuple):
    """Where a list stands, and where its items do."""

    region: int
    items: list[Part]


class Keyed(NamedTuple):
    """Where an object stands, and by key where its values and its keys do."""

    region: int
    values: dict[str, Part]
    keys: dict[str, int]


Part: TypeAlias = "int | Listed | Keyed"
"""A part of a document; a scalar is only its region. Numbers are used since there are as many parts as words in a file,
and the garbage collector would look through objects again and again."""


def region_of(part: Part) -> int:
    """Where a part stands."""
    return part if isinstance(part, int) else part.region


def lines_of(region: int) -> tuple[int, int, int, int]:
    """The line, the column, and the end of both, from 0, of a region."""
    start, end = region >> 2 * _BITS, region & _BOTH
    return start >> _BITS, start & _ONE, end >> _BITS, end & _ONE


class Tree(NamedTuple):
    """The data of a document, and where its parts stand."""

    data: Any
    parts: Part


def tree_of(name: str, text: str) -> Tree:
    """The only document of a text; one without content is an empty object.

    Raises:
        Unreadable: the text is no YAML of one document, has a key twice or an alias, or is nested too deeply.
    """
    try:
        return _Builder(name, text).tree()
    except yaml.YAMLError as error:
        raise syntax_error(name, text, error) from None


class _Scalars(yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """What plain scalars stand for in PyYAML's safe loader; what was met before is not worked out again."""

    def __init__(self) -> None:
        yaml.constructor.SafeConstructor.__init__(self)
        yaml.resolver.Resolver.__init__(self)
        self._known: dict[str, Any] = {}

    def plain(self, text: str) -> Any:  # noqa: ANN401 - any scalar of YAML
        """What a scalar without quotes and tag stands for.

        Raises:
            ValueError: it looks like a date or a number, and is none.
        """
        if text in self._known:
            return self._known[text]
        tag = self.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # it has no types
        construct: Any = None if tag == _TEXT else self.yaml_constructors.get(tag)
        value = text if construct is None else construct(self, yaml.ScalarNode(tag, text))
        if len(self._known) < _MOST_KNOWN:
            self._known[text] = value
        return value


class _Builder:
    """Puts events where they belong.

    `_into` is the collection that is being filled, `_inner` the parts of it, and `_key` the key that waits there for
    its value; `_opened` has the collections around it.
    """

    __slots__ = ("_following", "_inner", "_into", "_key", "_key_region", "_key_text", "_name", "_opened", "_scalars")

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._following: Callable[[], Any] = CParser(text).get_event
        self._scalars = _Scalars()
        self._into: Any = []
        self._inner: Any = []
        self._key: Any = _NOTHING
        self._key_text = ""
        self._key_region: Any = None
        self._opened: list[Any] = []

    def tree(self) -> Tree:
        """The document."""
        following = self._following
        take: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        kind: Any = None
        while kind is not yaml.StreamEndEvent:
            event = following()
            kind = type(event)
            if kind in take:
                take[kind](event)
        if not self._into:
            return Tree({}, 0)
        return Tree(self._into[0], self._inner[0])

    def _document(self, event: Any) -> None:  # noqa: ANN401 - libyaml's binding has no types
        if self._into:
            self._refuse(Fault.SYNTAX, "another document begins here", event)

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 - likewise
        try:
            if event.implicit[0]:
                value = self._scalars.plain(event.value)
            elif event.tag is None or event.tag == "!":
                value = event.value
            else:
                value = tagged(event.tag, event.value)
        except ValueError as error:
            self._refuse(Fault.SYNTAX, str(error), event)
        region = _region(event.start_mark, event.end_mark)
        if self._key is _NOTHING and type(self._into) is dict:
            if value in self._into:
                self._refuse(Fault.DUPLICATE, f"the key `{event.value}` stands twice", event)
            self._key, self._key_text, self._key_region = value, event.value, region
        else:
            self._put(value, region)

    def _put(self, value: Any, part: Part) -> None:  # noqa: ANN401 - any YAML
        into = self._into
        if type(into) is list:
            into.append(value)
            self._inner.append(part)
        else:
            into[self._key] = value
            self._inner[0][self._key_text] = part
            self._inner[1][self._key_text] = self._key_region
            self._key = _NOTHING

    def _open(self, event: Any) -> None:  # noqa: ANN401 - likewise
        if event.tag not in _COLLECTIONS:
            self._refuse(Fault.SYNTAX, f"the tag `{event.tag}` has no meaning here", event)
        if self._key is _NOTHING and type(self._into) is dict:
            self._refuse(Fault.SYNTAX, "a key is a list or an object, and not a text", event)
        self._opened.append((self._into, self._inner, self._key, self._key_text, self._key_region, event.start_mark))
        if len(self._opened) > DEEPEST:
            self._refuse(Fault.BOUNDS, f"`{self._name}` is nested deeper than {DEEPEST} levels", event)
        is_object = type(event) is yaml.MappingStartEvent
        self._into, self._inner, self._key = ({}, ({}, {}), _NOTHING) if is_object else ([], [], _NOTHING)

    def _end(self, event: Any) -> None:  # noqa: ANN401 - likewise
        value, inner, end = self._into, self._inner, event.end_mark
        self._into, self._inner, self._key, self._key_text, self._key_region, start = self._opened.pop()
        region = _region(start, end)
        self._put(value, Keyed(region, *inner) if type(value) is dict else Listed(region, inner))

    def _alias(self, event: Any) -> NoReturn:  # noqa: ANN401 - likewise
        self._refuse(Fault.BOUNDS, f"`{self._name}` has an alias, which scenario files do without", event)

    def _refuse(self, fault: Fault, message: str, event: Any) -> NoReturn:  # noqa: ANN401 - likewise
        mark = event.start_mark
        raise Unreadable(fault, message, Span(self._name, mark.line + 1, mark.column + 1)) from None


def _region(start: Any, end: Any) -> int:  # noqa: ANN401 - likewise
    packed: int = ((start.line << _BITS | start.column) << _BITS | end.line) << _BITS | end.column
    return packed
