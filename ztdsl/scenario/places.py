"""A scenario file as plain data, with the place of every part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ztdsl.diagnostics.model import Diagnostic

_MOST_BYTES = 4 << 20
_DEEPEST = 32


class Unreadable(Exception):  # noqa: N818 - named for what happened
    """A file is not what it should be; `finding` says why and where."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of one YAML document stand."""

    file: str
    root: yaml.Node

    def span(self, path: Sequence[str | int], *, key: bool = False) -> Span:
        """The place of the part that `path` leads to, or of its key, or of the nearest part around it that exists."""
        node = self.root
        for index, step in enumerate(path):
            inner = _inner(node, step, key=key and index == len(path) - 1)
            if inner is None:
                break
            node = inner
        start, end = node.start_mark, node.end_mark
        if end.line != start.line:
            return Span(self.file, start.line + 1, start.column + 1)
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def read(file: Path) -> tuple[Any, Places]:
    """The content of a file of one YAML document.

    Raises:
        Unreadable: it is no such file, or larger or deeper than a person writes.
    """
    name = str(file)
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise _unreadable(Span(name), f"`{name}` is larger than {_MOST_BYTES >> 20} MiB")
        text = file.read_text("utf-8")
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise Unreadable(diagnostic("ZT007", f"`{name}` cannot be read: {reason}", Label(Span(name)))) from None
    except UnicodeDecodeError:
        raise Unreadable(diagnostic("ZT007", f"`{name}` is not UTF-8 text", Label(Span(name)))) from None
    try:
        _refuse_depth(text, name)
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        _refuse_duplicates(node, name)
        data = loader.construct_document(node) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Span(name) if mark is None else Span(name, mark.line + 1, mark.column + 1)
        raise _unreadable(place, f"`{name}` is not YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable(Span(name), f"`{name}` is not YAML: {error}") from None
    return data, Places(name, node if node is not None else yaml.MappingNode("tag:yaml.org,2002:map", []))


def _refuse_depth(text: str, name: str) -> None:
    """Stop at a document deeper than a person writes, and at aliases, before anything recurses."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _unreadable(_start(event, name), f"`{name}` has an alias, which scenario files do without")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise _unreadable(_start(event, name), f"`{name}` is nested deeper than {_DEEPEST} levels")


def _refuse_duplicates(node: yaml.Node | None, name: str) -> None:
    """Stop at a key that stands twice: the earlier one, such as a list of scenarios, would be lost in silence."""
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, yaml.SequenceNode):
            pending += each.value
        elif isinstance(each, yaml.MappingNode):
            seen: set[tuple[str, str]] = set()
            for key, value in each.value:
                pending.append(value)
                if isinstance(key, yaml.ScalarNode):
                    if (key.tag, key.value) in seen:
                        raise _unreadable(_start(key, name), f"the key `{key.value}` stands twice")
                    seen.add((key.tag, key.value))


def _start(event: yaml.Event | yaml.Node, name: str) -> Span:
    mark = event.start_mark
    return Span(name) if mark is None else Span(name, mark.line + 1, mark.column + 1)


def _unreadable(place: Span, message: str) -> Unreadable:
    return Unreadable(diagnostic("ZT050", message, Label(place)))


def _inner(node: yaml.Node, step: str | int, *, key: bool) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        inner: yaml.Node = node.value[step]
        return inner
    if isinstance(node, yaml.MappingNode):
        return next((name if key else value for name, value in node.value if name.value == step), None)
    return None
