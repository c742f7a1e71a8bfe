"""ZT338: a method in lower case never matches.

Methods are compared to the letter (Istio `pilot/pkg/security/authz/matcher/header.go`), and Envoy refuses requests
with a method that it does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import effect, unmatched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View

CODE = "ZT338"


def find(view: View) -> Iterator[Found]:
    """Methods with small letters."""
    for tested in view.tested.get("methods", ()):
        for number, value in enumerate(tested.values):
            meant = value.upper()
            if meant != value and meant.strip("*").isalpha():
                yield Found(
                    CODE,
                    tested.document,
                    f"{tested.pointer}/{number}",
                    f"method `{value}` can never match",
                    effect(tested),
                    help=(f"write `{meant}`",),
                    witness=unmatched(view, tested, meant) if "*" not in meant else None,
                )
