"""What is raised when the configuration cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic


class ConfigurationFailure(Exception):  # noqa: N818 - the word that callers and reports use
    """The configuration does not say what `ztc` can use.

    Attributes:
        diagnostics: everything that is wrong with it; never empty.
    """

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(f"{found.code}: {found.message}" for found in diagnostics))
        self.diagnostics = diagnostics
