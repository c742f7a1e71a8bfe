"""JSON as plain data, and where its parts stand."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final, NoReturn

import msgspec

from ztdsl.diagnostics.model import Span
from ztdsl.manifests.unreadable import DEEPEST, MOST_PARTS, Fault, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BEGINS: Final = re.compile(r'\s*\{\s*(?:"|\})')
_BLANK: Final = re.compile(r"[ \t\r\n]*")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_DEEP: Final = f"it is nested deeper than {DEEPEST} levels"


def is_json(text: str) -> bool:
    """Whether a text begins as JSON's objects do; what YAML writes in braces seldom does."""
    return _BEGINS.match(text) is not None


def documents(name: str, text: str) -> Iterator[tuple[int, Any]]:
    """The values of a text, one after the other, each with the offset at which it begins.

    Raises:
        Unreadable: the text is no JSON, has a key twice, or is deeper than it may be.
    """
    if text.count(",") > MOST_PARTS:
        raise Unreadable(Fault.BOUNDS, f"it has more than {MOST_PARTS} parts", Span(name))
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
    at = _blank(text, 0)
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
            if _SURROGATE.search(text, at, end):
                json.dumps(value, ensure_ascii=False).encode()
        except json.JSONDecodeError as error:
            raise Unreadable(Fault.SYNTAX, error.msg.lower(), Span(name, error.lineno, error.colno)) from None
        except _RepeatedError as error:
            message = f"the key `{error}` is given twice"
            raise Unreadable(Fault.DUPLICATE, message, _repeated(name, text)) from None
        except RecursionError:
            raise Unreadable(Fault.BOUNDS, _DEEP, Span(name)) from None
        except UnicodeEncodeError:
            raise Unreadable(Fault.SYNTAX, "it holds half of a surrogate pair", Span(name)) from None
        except ValueError as error:
            raise Unreadable(Fault.SYNTAX, str(error), Span(name)) from None
        if _is_deep(value):
            raise Unreadable(Fault.BOUNDS, _DEEP, Span(name))
        yield at, value
        at = _blank(text, end)


class Items:
    """The objects of a list, one at a time: all of them decoded at once would fill the memory.

    Args:
        name: the file, as messages name it.
        text: its content.

    Attributes:
        is_list: whether the text is a single list whose items each say what they are; only then it has objects.
        begin: the offset at which the list begins.
    """

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self.begin = _blank(text, 0)
        try:
            outer = msgspec.json.decode(text, type=_List)
        except msgspec.DecodeError:
            self.is_list = False
        else:
            self.is_list = outer.kind.endswith("List") and _SURROGATE.search(text) is None

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each object with its text.

        Raises:
            Unreadable: as for `documents`; whatever came before is of no text.
        """
        if self._text.count(",") <= MOST_PARTS:
            try:
                yield from self._scanned()
            except (ValueError, RecursionError):
                pass
            else:
                return
        for _ in documents(self._name, self._text):  # finds the same, and where
            pass
        raise Unreadable(Fault.SYNTAX, "it is no list of objects", Span(self._name))

    def _scanned(self) -> Iterator[tuple[str, dict[str, Any]]]:
        text, decoder = self._text, json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
        names: set[str] = set()
        at = self.begin
        while text[at] != "}":
            name, at = decoder.raw_decode(text, _blank(text, at + 1))
            if name in names:
                raise _RepeatedError(name)
            names.add(name)
            at = _blank(text, _blank(text, at) + 1)
            if name == "items":
                at = _blank(text, at + 1)
                while text[at] != "]":
                    value, end = decoder.raw_decode(text, at)
                    found = text[at:end]
                    if found.count("{") + found.count("[") > DEEPEST - 2 and _is_deep([[value]]):
                        raise RecursionError
                    yield found, value
                    at = _blank(text, end)
                    at = at if text[at] == "]" else _blank(text, at + 1)
                at += 1
            else:
                value, at = decoder.raw_decode(text, at)
                if _is_deep([value]):
                    raise RecursionError
            at = _blank(text, at)


class _List(msgspec.Struct):
    """What tells a list from an object."""

    kind: str
    items: list[_Item]


class _Item(msgspec.Struct):
    """What an item says of itself."""

    kind: str
    apiVersion: str  # noqa: N815 - the field's own name


class Places:
    """Where the parts of JSON values stand; each object and list is looked through once."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._decoder: Final = json.JSONDecoder()
        self._members: Final[dict[int, dict[str, tuple[int, int]]]] = {}
        self._lines: Final = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, start: int, path: Sequence[str | int], *, key: bool) -> Span:
        """The place of a part of the value at `start`, or of the nearest part around it that exists.

        With `key` it is the place of the key that names the part.
        """
        value, named = start, start
        for step in path:
            member = self._of(value).get(str(step))
            if member is None:
                named = value
                break
            named, value = member
        at = named if key else value
        return self._span(at, self._end(at))

    def _of(self, at: int) -> dict[str, tuple[int, int]]:
        """The members of an object or a list, by key or by number: where the key stands, and where the value."""
        if at not in self._members:
            opening = self._text[at]
            found = self._scan(at) if opening in "{[" else ()
            self._members[at] = {name: (named, value) for name, named, value in found}
        return self._members[at]

    def _scan(self, at: int) -> Iterator[tuple[str, int, int]]:
        text, is_object = self._text, self._text[at] == "{"
        at, index = _blank(text, at + 1), 0
        while text[at] not in "}]":
            named, name = at, str(index)
            if is_object:
                name, at = self._decoder.raw_decode(text, at)
                at = _blank(text, _blank(text, at) + 1)
                yield name, named, at
            else:
                yield name, at, at
            at = _blank(text, self._end(at))
            if text[at] == ",":
                at = _blank(text, at + 1)
            index += 1

    def _end(self, at: int) -> int:
        return self._decoder.raw_decode(self._text, at)[1]

    def _span(self, start: int, end: int) -> Span:
        line, column = self._at(start)
        end_line, end_column = self._at(end)
        if end_line != line:
            return Span(self._name, line, column)
        return Span(self._name, line, column, end_line, end_column)

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


def _is_deep(value: Any) -> bool:  # noqa: ANN401 - any JSON
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


class _RepeatedError(ValueError):
    """A key that an object has twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _RepeatedError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


def _constant(word: str) -> NoReturn:
    message = f"`{word}` is no JSON"
    raise ValueError(message)


def _repeated(name: str, text: str) -> Span:
    """The place of the key that is given twice, found by reading the text as YAML, which nearly all JSON is."""
    from ztdsl.manifests import yaml_events  # noqa: PLC0415 - the rare mistake

    try:
        for _ in yaml_events.documents(name, text):
            pass
    except Unreadable as error:
        if error.fault is Fault.DUPLICATE:
            return error.span
    return Span(name)


def _blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
