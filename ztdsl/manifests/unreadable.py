"""Why a text cannot be read."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Span

DEEPEST: Final = 100
"""Objects within objects: Kubernetes' own types need a quarter of it."""
MOST_PARTS: Final = 5_000_000
"""Keys and values of one document: a list of some fifty thousand objects."""
MOST_OBJECTS: Final = 250_000
"""Objects of one file, empty documents included: five times what a large cluster has."""
MOST_REFUSED: Final = 10_000
"""Objects of one file that are refused, and objects that are given twice: nobody reads more findings."""
MOST_REPEATED: Final = 100_000
"""Parts that the aliases of one document stand for; an object of a cluster cannot hold more."""


class Fault(Enum):
    """Why a text cannot be read."""

    SYNTAX = "syntax"
    BOUNDS = "bounds"
    DUPLICATE = "duplicate"
    TEMPLATE = "template"


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
