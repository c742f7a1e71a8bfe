"""What a problem is made of: a code, places in the user's files, words and help."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from ztdsl.origin import Origin


class Severity(IntEnum):
    """How bad a finding is; an error stops manifests."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word that reports print."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Span:
    """A range in a text file, as editors count: lines and columns from 1, the end column exclusive.

    `column` and `end_column` are None where only the line is known; `line` is None for a whole file.
    """

    file: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A declaration, or one part of its call: an argument, an element of a list, a key of a dictionary.

    `path` leads from the call to the part: `("ports", 1)` is the second element of the argument
    `ports`. It is followed as far as the source text allows (a list that stands in a variable is
    underlined where the variable is used), and only when a report is printed.
    """

    origin: Origin
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A place and what is to be said of it; an empty text underlines without words."""

    place: Spot | Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Attributes:
        code: a row of the catalogue, such as `ZT112`.
        severity: the catalogue's severity of that code unless configuration moved it.
        message: one lower-case phrase without a full stop, the user's text in backticks.
        primary: the place to change; None where no file is concerned.
        related: other places that explain the finding.
        notes: further facts, a phrase each.
        help: what to do, a phrase each.
    """

    code: str
    severity: Severity
    message: str
    primary: Label | None
    related: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
