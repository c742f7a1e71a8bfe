"""Objects as YAML, and two of them as a unified diff."""

from __future__ import annotations

import json
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from ztdsl.render.scalars import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diff.change import Change


def yaml_of(plain: dict[str, Any]) -> str:
    """An object as YAML, its keys in their order; laid out as `ztc build` does, with a line for each value.

    Our own emission of plain data: a first deployment has tens of thousands of objects, for which a general dumper
    takes longer than everything else.
    """
    return "".join(f"{line}\n" for line in _mapping(plain, ""))


def unified(change: Change) -> list[str]:
    """What counts of the live object against what counts of the wanted one, as diff(1) -u prints it."""
    before, after = (_lines(side) for side in change.sides)
    if change.stays:
        return before
    return [line.rstrip("\n") for line in unified_diff(before, after, "live", "wanted", lineterm="")]


def _lines(plain: dict[str, Any] | None) -> list[str]:
    return [] if plain is None else list(_mapping(plain, ""))


def _mapping(plain: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in plain.items():
        name = f"{indent}{scalar(str(key))}:"
        if isinstance(value, dict) and value:
            yield name
            yield from _mapping(value, f"{indent}  ")
        elif isinstance(value, list) and value:
            yield name
            yield from _sequence(value, indent)
        else:
            yield f"{name} {_scalar(value)}"


def _sequence(items: list[Any], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and item:
            first, *rest = _mapping(item, f"{indent}  ")
            yield f"{indent}- {first.removeprefix(indent + '  ')}"
            yield from rest
        elif isinstance(item, list) and item:
            yield f"{indent}-"
            yield from _sequence(item, f"{indent}  ")
        else:
            yield f"{indent}- {_scalar(item)}"


def _scalar(value: object) -> str:
    """A text as YAML has it; numbers, booleans, null and what is empty as JSON, which YAML reads as well."""
    return scalar(value) if isinstance(value, str) else json.dumps(value)
