"""ZT314: a value with a space is tested on a claim that is split at spaces.

Envoy splits `scope`, `permission` and the claims of `spaceDelimitedClaims` into words before they are compared (Envoy
`source/extensions/filters/http/jwt_authn/authenticator.cc`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import effect, unmatched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View

CODE = "ZT314"
_ALWAYS: Final = frozenset({"scope", "permission"})


def find(view: View) -> Iterator[Found]:
    """Values with a space in tests of such claims."""
    for tested in view.tested.get("claims", ()):
        for number, value in enumerate(tested.values):
            if " " not in value or not _is_split(view, tested):
                continue
            words = " and ".join(f"`{word}`" for word in value.split())
            yield Found(
                CODE,
                tested.document,
                f"{tested.pointer}/{number}",
                f"claim `{tested.detail}` is split at spaces, and `{value}` has one",
                effect(tested),
                help=(f"test {words} in conditions of their own if all are needed, in one list if any is enough",),
                witness=unmatched(view, tested, value),
            )


def _is_split(view: View, tested: Tested) -> bool:
    if "[" in tested.detail:
        return False  # only claims at the top are split
    if tested.detail in _ALWAYS:
        return True
    rules = [rule for _, request in view.requests_with(tested.policy) for rule in request.jwt_rules]
    return any(tested.detail in rule.space_delimited_claims for rule in rules)
