"""Istio's string patterns as predicates: exact, prefix, suffix and presence.

A `*` means something as the whole value, as the first or as the last character, and the first wins; elsewhere it is
a star. Source: Istio `pilot/pkg/security/authz/matcher/string.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Patterns(NamedTuple):
    """A list of patterns by their forms; `present` is a lone `*`."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    present: bool

    @property
    def is_exact(self) -> bool:
        """Whether no pattern has a wildcard."""
        return not (self.prefixes or self.suffixes or self.present)


def sort_patterns(values: Iterable[str]) -> Patterns:
    """The patterns `values` by their forms."""
    exact: list[str] = []
    prefixes: list[str] = []
    suffixes: list[str] = []
    present = False
    for value in values:
        if value == "*":
            present = True
        elif value.startswith("*"):
            suffixes.append(value[1:])
        elif value.endswith("*"):
            prefixes.append(value[:-1])
        else:
            exact.append(value)
    return Patterns(frozenset(exact), tuple(prefixes), tuple(suffixes), present)


def any_of(patterns: Patterns, *, present_is_empty: bool = False) -> Callable[[str], bool]:
    """A predicate: whether a text that is there matches one of the patterns.

    A lone `*` needs one character at least, and with `present_is_empty` not even that, as for headers.
    """
    exact, prefixes, suffixes, present = patterns
    if present and present_is_empty:
        return lambda _: True
    if present:
        return (lambda _: True) if "" in exact else (lambda text: text != "")
    if patterns.is_exact:
        return exact.__contains__
    if not suffixes:
        return lambda text: text in exact or text.startswith(prefixes)
    return lambda text: text in exact or text.startswith(prefixes) or text.endswith(suffixes)
