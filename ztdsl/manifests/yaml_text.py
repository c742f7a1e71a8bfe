"""YAML and JSON as plain data, read fast and within bounds; positions are worked out when they are asked for.

libyaml composes the nodes; turning them into plain data is done here, because PyYAML's constructors take most of a
reader's time. Scalars mean what kubectl's reader takes them for (YAML 1.1).
"""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined] # libyaml's binding has no types

from ztdsl.diagnostics.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEEPEST: Final = 100
MOST_NODES: Final = 5_000_000
"""Of one document, with its aliases followed: more than any object of Kubernetes can hold."""
_MANY_BRACKETS: Final = 1_000
_DEEP_INDENT: Final = re.compile(r"^[ \-?]{200}", re.MULTILINE)
_STRING: Final = "tag:yaml.org,2002:str"
_MERGE: Final = "tag:yaml.org,2002:merge"


class Fault(Enum):
    """Why a text cannot be read."""

    SYNTAX = "syntax"
    BOUNDS = "bounds"
    DUPLICATE = "duplicate"


class Unreadable(Exception):  # noqa: N818 - named for what happened
    """A text that cannot be read.

    Attributes:
        fault: what kind of thing is wrong.
        message: one phrase.
        span: where.
    """

    def __init__(self, fault: Fault, message: str, span: Span) -> None:
        super().__init__(message)
        self.fault, self.message, self.span = fault, message, span


class _Scalars:
    """What plain scalars stand for, each text worked out once."""

    def __init__(self) -> None:
        self._resolver = yaml.resolver.Resolver()
        self._constructor = yaml.constructor.SafeConstructor()
        self._tags: dict[str, str] = {}
        self._values: dict[tuple[str, str], Any] = {}

    def tag(self, text: str) -> str:
        tag = self._tags.get(text)
        if tag is None:
            tag = self._tags[text] = str(self._resolver.resolve(yaml.ScalarNode, text, (True, False)))  # type: ignore[no-untyped-call]
        return tag

    def value(self, tag: str, node: yaml.ScalarNode) -> Any:  # noqa: ANN401 - any scalar
        key = (tag, node.value)
        if key not in self._values:
            plain = yaml.ScalarNode(tag, node.value, node.start_mark, node.end_mark)
            self._values[key] = self._constructor.construct_object(plain)
        return self._values[key]


_SCALARS: Final = _Scalars()
_SEQUENCE: Final = "tag:yaml.org,2002:seq"
_MAPPING: Final = "tag:yaml.org,2002:map"


class _Composer(CParser):
    """libyaml's composer with tags from the table above."""

    def resolve(self, kind: type, value: str | None, implicit: tuple[bool, bool]) -> str:
        """The tag of an untagged node: the resolver's for plain scalars, a string for quoted ones."""
        if kind is yaml.ScalarNode:
            return _SCALARS.tag(value or "") if implicit[0] else _STRING
        return _SEQUENCE if kind is yaml.SequenceNode else _MAPPING

    def descend_resolver(self, *_: object) -> None:
        """Nothing: no tag depends on where a node stands."""

    def ascend_resolver(self) -> None:
        """Nothing, as above."""


class Source:
    """One text and its documents.

    Args:
        name: the file, as messages name it.
        text: its content.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._text = text
        self._starts: list[int] = []
        self._shown: tuple[int, yaml.Node] | None = None

    def documents(self) -> Iterator[Any]:
        """The documents as plain data, in order.

        Raises:
            Unreadable: the text is neither YAML nor JSON, has a key twice, or is deeper or larger than it may be.
        """
        if self._text.startswith("{") and (self.name.endswith(".json") or _is_json(self._text)):
            self._starts = [0]
            yield self._json()
            return
        self._refuse_depth()
        composer = _Composer(self._text)
        try:
            while composer.check_node():
                node: Any = composer.get_node()
                self._starts.append(node.start_mark.index)
                yield _Plain(self.name).of(node)
        except yaml.YAMLError as error:
            raise self._syntax(error) from None

    def span(self, number: int, path: Sequence[str | int], *, key: bool = False) -> Span:
        """The place of a part of the document `number`, or of the nearest part around it that exists.

        With `key` it is the place of the key that names the part.
        """
        if self._shown is None or self._shown[0] != number:
            try:
                self._shown = (number, self._compose(number))
            except yaml.YAMLError:  # JSON that is no YAML, such as one indented with tabs
                return Span(self.name)
        node = self._shown[1]
        line = self._text.count("\n", 0, self._starts[number])
        for index, step in enumerate(path):
            inner = _inner(node, step, key=key and index == len(path) - 1)
            if inner is None:
                break
            node = inner
        start, end = node.start_mark, node.end_mark
        if end.line != start.line or end.column <= start.column:
            return Span(self.name, line + start.line + 1, start.column + 1)
        return Span(self.name, line + start.line + 1, start.column + 1, line + end.line + 1, end.column + 1)

    def _compose(self, number: int) -> yaml.Node:
        """The nodes of one document; it is composed from the start of its line so that columns are right."""
        start = self._text.rfind("\n", 0, self._starts[number]) + 1
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)
        composer = _Composer(self._text[start:end])
        composer.check_node()
        node: Any = composer.get_node()
        return node if node is not None else yaml.MappingNode(_MAPPING, [])

    def _json(self) -> Any:  # noqa: ANN401 - any JSON
        try:
            return json.loads(self._text, object_pairs_hook=self._object)
        except json.JSONDecodeError as error:
            raise Unreadable(Fault.SYNTAX, error.msg, Span(self.name, error.lineno, error.colno)) from None
        except RecursionError:
            raise Unreadable(Fault.BOUNDS, f"it is nested deeper than {DEEPEST} levels", Span(self.name)) from None

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            key = next(key for key in keys if keys.count(key) > 1)
            raise Unreadable(Fault.DUPLICATE, f"the key `{key}` is given twice", Span(self.name))
        return found

    def _refuse_depth(self) -> None:
        """Stop before libyaml's composer, which recurses, meets a document deeper than it bears."""
        text = self._text
        if text.count("[") + text.count("{") < _MANY_BRACKETS and _DEEP_INDENT.search(text) is None:
            return
        depth = 0
        try:
            for event in yaml.parse(text, yaml.CSafeLoader):
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                    if depth > DEEPEST:
                        mark = event.start_mark
                        span = Span(self.name, mark.line + 1, mark.column + 1) if mark else Span(self.name)
                        raise Unreadable(Fault.BOUNDS, f"it is nested deeper than {DEEPEST} levels", span)
                elif isinstance(event, yaml.CollectionEndEvent):
                    depth -= 1
        except yaml.YAMLError as error:
            raise self._syntax(error) from None

    def _syntax(self, error: yaml.YAMLError) -> Unreadable:
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        span = Span(self.name) if mark is None else Span(self.name, mark.line + 1, mark.column + 1)
        return Unreadable(Fault.SYNTAX, str(words), span)


class _Plain:
    """Nodes of one document as plain data."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = MOST_NODES

    def of(self, node: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any data
        kind = type(node)
        if kind is yaml.ScalarNode:
            return node.value if node.tag == _STRING else self._scalar(node)
        self._left -= len(node.value) + 1
        if self._left < 0 or depth > DEEPEST:
            what = "it is nested deeper" if depth > DEEPEST else "its aliases unfold to more"
            most = f"{DEEPEST} levels" if depth > DEEPEST else f"{MOST_NODES} parts"
            raise Unreadable(Fault.BOUNDS, f"{what} than {most}", self._span(node))
        if kind is yaml.SequenceNode:
            return [self.of(each, depth + 1) for each in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if type(key_node) is not yaml.ScalarNode or key_node.tag == _MERGE:
                raise Unreadable(Fault.SYNTAX, "a key of an object must be a plain text", self._span(key_node))
            key = key_node.value
            if key in found:
                raise Unreadable(Fault.DUPLICATE, f"the key `{key}` is given twice", self._span(key_node))
            found[key] = self.of(value_node, depth + 1)
        return found

    def _scalar(self, node: yaml.ScalarNode) -> Any:  # noqa: ANN401 - any scalar
        try:
            value = _SCALARS.value(node.tag, node)
        except (yaml.YAMLError, ValueError, OverflowError):
            raise Unreadable(Fault.SYNTAX, f"`{node.value}` cannot be read as {node.tag}", self._span(node)) from None
        return value if value is None or isinstance(value, str | int | float) else node.value

    def _span(self, node: yaml.Node) -> Span:
        mark = node.start_mark
        return Span(self._name, mark.line + 1, mark.column + 1)


def _inner(node: yaml.Node, step: str | int, *, key: bool) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        inner: yaml.Node = node.value[step]
        return inner
    if isinstance(node, yaml.MappingNode):
        return next((name if key else value for name, value in node.value if name.value == str(step)), None)
    return None


def _is_json(text: str) -> bool:
    """Whether a text that begins with a brace goes on as JSON's objects do."""
    return re.match(r'\{\s*(?:"|\})', text) is not None
