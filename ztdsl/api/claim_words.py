"""What a token has where a rule tests a claim, in words that show no value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ztdsl.token.claims import usable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ztdsl.istio.evaluate.explanation import Explanation, Failure

_CLAIM: Final = "request.auth.claims["
_NEGATIVE: Final = " (notValues)"
_LACKING: Final = "not known: "


def without_values(
    explanation: Explanation, claims: Mapping[str, Any], space_delimited: Iterable[str] = ()
) -> Explanation:
    """The same explanation; of a claim that a rule misses it says the kind, and that it is another value."""
    kinds = {claim.key: _words(claim.kind, can_match=claim.can_match) for claim in usable(claims, space_delimited)}
    misses = tuple(
        replace(miss, failed=tuple(_shown(failure, kinds) for failure in miss.failed)) for miss in explanation.misses
    )
    return replace(explanation, misses=misses)


def _shown(failure: Failure, kinds: Mapping[str, str]) -> Failure:
    if not failure.attribute.startswith(_CLAIM) or failure.found is None or failure.found.startswith(_LACKING):
        return failure
    if failure.attribute.endswith(_NEGATIVE):
        return replace(failure, found="one that it excludes")
    return replace(failure, found=kinds.get(failure.attribute, "another value"))


def _words(kind: str, *, can_match: bool) -> str:
    return f"{kind} that says something else" if can_match else f"{kind}, which never matches"
