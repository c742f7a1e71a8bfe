"""What a check finds: a place in one document, words, and a request that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ztdsl.checks.witness import Witness
    from ztdsl.diagnostics.model import Severity


class Beside(NamedTuple):
    """Another place that explains a finding."""

    document: int
    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of one check.

    Attributes:
        code: a row of the catalogue.
        document: the index of the document that it stands in.
        pointer: the place in the document (RFC 6901); the nearest place around it is shown if it does not exist.
        message: one lower-case phrase, the user's text in backticks.
        label: what is said at the place.
        notes: further facts, a phrase each.
        help: what to do, a phrase each.
        beside: other places that explain it.
        witness: a request that was put to the evaluator, and its answer.
        severity: what it is instead of the catalogue's, where this one is worse than most of its code.
    """

    code: str
    document: int
    pointer: str
    message: str
    label: str = ""
    notes: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()
    witness: Witness | None = None
    severity: Severity | None = None
