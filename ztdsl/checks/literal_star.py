"""ZT307: a star stands where Istio reads it as a literal character.

It has a meaning as the whole value, as the first or as the last character, and the first one wins (Istio
`pilot/pkg/security/authz/matcher/string.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import effect, unmatched
from ztdsl.traffic.paths import is_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View

CODE = "ZT307"
_ATTRIBUTES: Final = ("hosts", "methods", "paths", "principals", "sni")


def find(view: View) -> Iterator[Found]:
    """Values with a star that is no wildcard, of attributes whose values have no stars."""
    for attribute in _ATTRIBUTES:
        for tested in view.tested.get(attribute, ()):
            for number, value in enumerate(tested.values):
                if "*" not in value or not _has_literal(value) or (attribute == "paths" and is_template(value)):
                    continue
                yield Found(
                    CODE,
                    tested.document,
                    f"{tested.pointer}/{number}",
                    f"Istio reads a star in `{value}` as a literal character",
                    effect(tested),
                    help=(_help(attribute, value),),
                    witness=unmatched(view, tested, _meant(attribute, value)),
                )


def _has_literal(value: str) -> bool:
    """Whether a star is neither the first character nor, without a first one, the last."""
    if value.startswith("*"):
        return "*" in value[1:]
    return "*" in value[:-1]


def _meant(attribute: str, value: str) -> str:
    """A text that the author has in mind."""
    filled = value.replace("**", "*").replace("*", "x")
    return f"/{filled}" if attribute == "paths" and not filled.startswith("/") else filled


def _help(attribute: str, value: str) -> str:
    if attribute == "paths" and value.endswith("/**") and value.count("*") == len("**"):
        return f"write `{value[:-1]}` for everything below"
    if attribute == "paths" and value.startswith("/"):
        return "write `{*}` for one whole segment of a path, and `{**}` for any number of them"
    if attribute == "principals":
        return "name the namespaces or the service accounts instead, or write a prefix such as `cluster.local/ns/web/*`"
    return "a star matches only as the last or as the first character: write the values out"
