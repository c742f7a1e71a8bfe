"""Objects as YAML, and two of them as a unified diff."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from ztdsl.diff.change import Change


def yaml_of(plain: dict[str, Any]) -> str:
    """An object as YAML, its keys in their order."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(
        plain, Dumper=dumper, sort_keys=False, default_flow_style=False, width=_UNBROKEN, allow_unicode=True
    )
    return text


_UNBROKEN = 1 << 20


def unified(change: Change) -> list[str]:
    """What counts of the live object against what counts of the wanted one, as diff(1) -u prints it."""
    before, after = (_lines(side) for side in change.sides)
    if change.kind == "foreign":  # nothing is to become of it
        return before
    return [line.rstrip("\n") for line in unified_diff(before, after, "live", "wanted", lineterm="")]


def _lines(plain: dict[str, Any] | None) -> list[str]:
    return [] if plain is None else yaml_of(plain).splitlines()
