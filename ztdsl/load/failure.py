"""What is raised when a policy file gives no policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic


class LoadFailure(Exception):  # noqa: N818 - the word that callers and reports use
    """A policy file could not be loaded.

    Attributes:
        diagnostics: why, for people; never empty.
    """

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(f"{found.code}: {found.message}" for found in diagnostics))
        self.diagnostics = diagnostics
