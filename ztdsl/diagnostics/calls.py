"""The calls in a Python file, found by their ranges."""

from __future__ import annotations

import ast
from typing import NamedTuple


class Range(NamedTuple):
    """A range as `ast` and `co_positions` count: lines from 1, columns from 0 in UTF-8 bytes, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Calls(NamedTuple):
    """The calls of a Python file by their ranges, and its `from … import name as alias` by alias."""

    by_range: dict[Range, ast.Call]
    imported: dict[str, str]


def calls_in(text: str) -> Calls:
    """The calls in a text; none where it is not Python that can be parsed."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):  # a null byte is a ValueError in Python 3.11
        return Calls({}, {})
    by_range: dict[Range, ast.Call] = {}
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            by_range[range_of(node)] = node
            by_range.setdefault(_from_attribute(node), node)
        elif isinstance(node, ast.ImportFrom):
            imported.update({alias.asname: alias.name for alias in node.names if alias.asname})
    return Calls(by_range, imported)


def range_of(node: ast.expr | ast.keyword) -> Range:
    """The range that `ast` gives a node of a parsed file."""
    end_line = node.lineno if node.end_lineno is None else node.end_lineno
    end_column = node.col_offset if node.end_col_offset is None else node.end_col_offset
    return Range(node.lineno, node.col_offset, end_line, end_column)


def _from_attribute(call: ast.Call) -> Range:
    """The range that CPython 3.11 gives a method call whose name starts a later line: it begins at the name.

    Source: CPython `Python/compile.c`, `update_start_location_to_match_attr`.
    """
    whole = range_of(call)
    function = call.func
    if not isinstance(function, ast.Attribute):
        return whole
    end = range_of(function)
    return whole._replace(line=end.end_line, column=end.end_column - len(function.attr.encode()))
