"""Values that match more than one string, where a plain string matches only itself."""

from __future__ import annotations

from ztdsl.dsl.declaration import Declaration
from ztdsl.quick import dataclass


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Prefix(Declaration):
    """Every value that begins with `text`, `text` itself included."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Suffix(Declaration):
    """Every value that ends with `text`, `text` itself included."""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Present(Declaration):
    """Any value at all. A header that is present but empty counts; an empty claim does not."""
