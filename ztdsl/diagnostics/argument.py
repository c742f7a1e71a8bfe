"""Finds one part of a call in its syntax tree: an argument, an element of a list, a value of a dictionary."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.calls import range_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

_Node = ast.expr | ast.keyword
_LANGUAGE: Final = f"{__name__.partition('.')[0]}.dsl."


def part_of(call: ast.Call, path: Sequence[str | int], imported: Mapping[str, str]) -> _Node:
    """The node that `path` leads to from `call`, or the last node that it reaches.

    A name is an argument of a call or a key of a dictionary (its value is found), a number an element
    of a list, tuple or set, or the key of a dictionary's entry. A number that begins the path, or follows
    the name of `*values`, is a positional argument. A name that a method does not take is what the
    method is called on, and one that a constructor does not take is the whole `name=value`.

    A variable, a generator or a list with a `*` before the element ends the search: what it holds
    stands elsewhere.

    Args:
        call: the call.
        path: the steps, as `Spot.path` has them.
        imported: the names behind the aliases of the file's `from … import name as alias`.
    """
    node: _Node = call
    for number, step in enumerate(path):
        found = _element(call.args, step) if number == 0 and isinstance(step, int) else _step(node, step, imported)
        if found is None:
            break
        node = found
    return node


def _step(node: _Node, step: str | int, imported: Mapping[str, str]) -> _Node | None:
    if isinstance(node, ast.Call):
        return _argument(node, step, imported) if isinstance(step, str) else None
    if isinstance(node, ast.Dict):
        return _entry(node, step)
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and isinstance(step, int):
        return _element(node.elts, step)
    return None


def _element(elements: Sequence[ast.expr], index: int) -> ast.expr | None:
    """The element at `index`; None where there is none or a `*` before it hides its place."""
    before = elements[: index + 1]
    if index < 0 or len(before) <= index or any(isinstance(element, ast.Starred) for element in before):
        return None
    return before[index]


def _entry(node: ast.Dict, step: str | int) -> ast.expr | None:
    """The value of a key, or the key of the entry at a number; None where a `**` may have moved it."""
    if isinstance(step, int):
        return node.keys[step] if 0 <= step < len(node.keys) and None not in node.keys[:step] else None
    for key, value in zip(reversed(node.keys), reversed(node.values), strict=True):  # the last of equal keys counts
        if key is None:
            return None
        if isinstance(key, ast.Constant) and key.value == step:
            return value
    return None


def _argument(call: ast.Call, name: str, imported: Mapping[str, str]) -> _Node | None:
    parameters = _parameters(call.func, imported)
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword if parameters is not None and name not in parameters else keyword.value
    if parameters is not None:
        found = _positional(call, name, parameters)
        if found is not None:
            return found
        if name not in parameters:
            return call.func.value if isinstance(call.func, ast.Attribute) and _is_method(call.func.attr) else None
    return _spread(call)


def _positional(call: ast.Call, name: str, parameters: Mapping[str, inspect.Parameter]) -> ast.expr | None:
    parameter = parameters.get(name)
    if parameter is None:
        return None
    index = list(parameters).index(name)
    if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
        return _element(call.args, index)
    if parameter.kind is parameter.VAR_POSITIONAL and call.args[index:]:
        return _together(call.args[index:])
    return None


def _together(values: list[ast.expr]) -> ast.Tuple:
    """The values of a `*values` parameter as if they stood in one tuple."""
    first, last = range_of(values[0]), range_of(values[-1])
    return ast.Tuple(
        elts=values,
        lineno=first.line,
        col_offset=first.column,
        end_lineno=last.end_line,
        end_col_offset=last.end_column,
    )


def _spread(call: ast.Call) -> ast.expr | None:
    """What follows `**` in a call that has exactly one: an argument that is not written out comes from there."""
    spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
    return spread[0] if len(spread) == 1 else None


def _parameters(function: ast.expr, imported: Mapping[str, str]) -> Mapping[str, inspect.Parameter] | None:
    """The parameters of what is called, by its name; None for a name that is not part of the language."""
    if isinstance(function, ast.Name):
        return _parameters_of(imported.get(function.id, function.id))
    if isinstance(function, ast.Attribute):
        return _parameters_of(function.attr)
    return None


@cache
def _parameters_of(name: str) -> Mapping[str, inspect.Parameter] | None:
    called = _public(name) or _method(name)
    if called is None:
        return None
    signature = inspect.signature(called.__init__ if isinstance(called, type) else called)  # type: ignore[misc]
    return {name: parameter for name, parameter in signature.parameters.items() if name != "self"}


def _public(name: str) -> Callable[..., object] | None:
    """The class or function of that name."""
    found = next((vars(module)[name] for module in _language() if name in vars(module)), None)
    is_ours = getattr(found, "__module__", "").startswith(_LANGUAGE)
    return found if is_ours and callable(found) and not name.startswith("_") else None


def _method(name: str) -> Callable[..., object] | None:
    """The method of that name of some class."""
    if name.startswith("_"):
        return None
    for module in _language():
        for value in vars(module).values():
            found = inspect.getattr_static(value, name, None) if isinstance(value, type) else None
            if inspect.isfunction(found) and found.__module__.startswith(_LANGUAGE):
                return found
    return None


def _language() -> list[ModuleType]:
    """The modules of the language that are loaded.

    They are asked while the program runs, because this layer knows nothing of the language. Nothing is
    imported for it: a finding has a place in a call only where the function was loaded and called.
    """
    return [module for name, module in sorted(sys.modules.items()) if name.startswith(_LANGUAGE)]


@cache
def _is_method(name: str) -> bool:
    return _public(name) is None and _method(name) is not None
