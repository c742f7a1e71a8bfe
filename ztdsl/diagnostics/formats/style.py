"""Colours of a terminal, or none (ECMA-48 SGR)."""

from __future__ import annotations

from typing import Final, Literal

from ztdsl.diagnostics.model import Severity

Role = Literal["error", "warning", "info", "ok", "frame", "strong"]

_CODES: Final[dict[Role, str]] = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "ok": "1;32",
    "frame": "1;34",
    "strong": "1",
}
ROLE_OF: Final[dict[Severity, Role]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}


class Style:
    """Paints text, or leaves it as it is."""

    __slots__ = ("_is_coloured",)

    def __init__(self, *, color: bool) -> None:
        self._is_coloured = color

    def paint(self, text: str, role: Role) -> str:
        """The text in the colour of a role."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self._is_coloured and text else text
