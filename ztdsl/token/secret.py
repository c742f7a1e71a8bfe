"""Texts that must not be shown: found among words, and taken out of what is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN: Final = "(token)"
_LEAST: Final = 12
"""Characters from which a part is taken out wherever it stands: shorter ones occur by chance."""
_TOKEN: Final = re.compile(r"eyJ[A-Za-z0-9_-]{6,}(?:[.=][A-Za-z0-9_.=-]*|\b)")


def looks_like_token(word: str) -> bool:
    """Whether a word seems to hold a token: the base64url of `{"` stands in it, and enough after it."""
    return _TOKEN.search(word) is not None


class Hider:
    """Takes texts out of what is shown, whole or in part."""

    def __init__(self, texts: Iterable[str]) -> None:
        parts = {part for text in texts for part in (text, *text.split(".")) if len(part) >= _LEAST}
        self._parts = sorted(parts, key=len, reverse=True)

    def text(self, shown: str) -> str:
        """`shown` without the texts, and without whatever else looks like a token."""
        for part in self._parts:
            shown = shown.replace(part, HIDDEN)
        return _TOKEN.sub(HIDDEN, shown)

    def plain(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """`value` with every string so treated."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(name)): self.plain(each) for name, each in value.items()}
        return [self.plain(each) for each in value] if isinstance(value, list | tuple) else value
