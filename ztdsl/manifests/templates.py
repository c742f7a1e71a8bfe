"""Templates that nobody has rendered: Helm's `{{ .Values.x }}`, and what other tools write like it.

Without quotes their braces are no YAML, or objects as keys; within a text they are YAML that means nothing in a policy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ztdsl.diagnostics.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

BRACES: Final = "{{"
_BEGINS: Final = re.compile(r"\{\{|\{%")
_ACTION: Final = re.compile(r"""\{\{-?\s*[.$("/A-Za-z][^{}]*\}\}""")
"""Braces around a field, a variable, a call or a comment, on one line."""
_FREE: Final = "annotations"
"""Annotations may hold the templates of other programs."""


def before(span: Span, text: str) -> Span | None:
    """The beginning of a template on the line of `span`, or on the last line before it that is not empty.

    The grammar of YAML may fail only behind a template. Comments are passed over.
    """
    if span.line is None:
        return None
    lines = text.split("\n", span.line)[: span.line]
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    for number in range(len(lines), max(len(lines) - 2, 0), -1):
        found = _BEGINS.search(lines[number - 1])
        if found is not None and not lines[number - 1].lstrip().startswith("#"):
            return Span(span.file, number, found.start() + 1, number, len(lines[number - 1].rstrip()) + 1)
    return None


def within(plain: Any) -> tuple[str | int, ...] | None:  # noqa: ANN401 - what a file holds
    """The path to the first text of an object that holds a template; None if none does."""
    return next(_within(plain), None)


def _within(plain: Any) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - likewise
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), plain)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, str):
            if BRACES in value and _ACTION.search(value):
                yield path
        elif isinstance(value, list):
            pending += [((*path, index), each) for index, each in enumerate(value)][::-1]
        elif isinstance(value, dict):
            pending += [((*path, key), each) for key, each in value.items() if key != _FREE][::-1]
