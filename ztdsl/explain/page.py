"""The page of a code."""

from __future__ import annotations

from difflib import get_close_matches

from ztdsl.diagnostics.catalogue import CATALOGUE
from ztdsl.package_data import resource


class UnknownCode(Exception):  # noqa: N818 - named for what happened
    """No code of that name exists; `suggestions` are near ones."""

    def __init__(self, code: str, suggestions: tuple[str, ...]) -> None:
        super().__init__(f"unknown code {code}")
        self.suggestions = suggestions


def page(code: str) -> str:
    """The page of a code, or of its slug, as Markdown.

    Raises:
        UnknownCode: there is no such code.
    """
    by_slug = {entry.slug: entry.code for entry in CATALOGUE.values()}
    known = by_slug.get(code.lower(), code.upper())
    if known not in CATALOGUE:
        near = get_close_matches(code.upper(), list(CATALOGUE), n=3) or get_close_matches(code.lower(), list(by_slug))
        raise UnknownCode(code, tuple(near))
    return resource("docs", "checks", f"{known}.md").read_text(encoding="utf-8")
