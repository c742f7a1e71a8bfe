"""What a check found, as a finding with places in the user's files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.checks.finding import Found
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.manifests import Document


def diagnostic_of(found: Found, documents: Sequence[Document]) -> Diagnostic:
    """The finding with its severity and its places; its witness is a note."""
    notes = found.notes if found.witness is None else (*found.notes, f"for example, {found.witness.words}")
    finding = diagnostic(
        found.code,
        found.message,
        _label(documents[found.document], found.pointer, found.label),
        related=tuple(_label(documents[each.document], each.pointer, each.text) for each in found.beside),
        notes=notes,
        help=found.help,
    )
    return finding if found.severity is None else replace(finding, severity=found.severity)


def _label(document: Document, pointer: str, text: str) -> Label:
    return Label(document.span(pointer), text)
