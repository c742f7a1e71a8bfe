"""Whether two versions of an object differ in what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.diff.fields import Pair
from ztdsl.diff.normal import canonical, ordered
from ztdsl.istio.kinds import DRY_RUN_ANNOTATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.diff.change import Plain

REVISION: Final = "istio.io/rev"
_READ_BY_ISTIO: Final = frozenset({DRY_RUN_ANNOTATION, REVISION})


def compared(
    plain: Plain, live: Plain, declared: Callable[[str], str | None], *, is_whole: bool = False
) -> Pair | None:
    """Both versions in canonical form if they differ; None if they mean the same.

    Labels and annotations that the wanted object does not name stay as they are when it is applied, and are no
    difference unless Istio reads them. With `is_whole` they are: both versions are declared.
    """
    if not is_whole and _is_equal_as_it_stands(plain, live):
        return None
    after, before = canonical(plain), canonical(live)
    if not is_whole:
        _leave_to_others(after["metadata"], before["metadata"])
    if _meaning(before) == _meaning(after):
        return None
    return Pair(before, after, live, declared)


def _is_equal_as_it_stands(wanted: Plain, live: Plain) -> bool:
    """Whether nothing needs a normal form, which costs more than all the rest."""
    old, new = live["metadata"], wanted["metadata"]
    if wanted["spec"] != live.get("spec") or new.get("annotations"):
        return False
    if DRY_RUN_ANNOTATION in (old.get("annotations") or {}):
        return False
    there = old.get("labels") or {}
    named = new.get("labels") or {}
    return there == named or (REVISION not in there and named.items() <= there.items())


def _meaning(canonical_form: Plain) -> tuple[Any, Any]:
    return canonical_form["metadata"], ordered(canonical_form["spec"])


def _leave_to_others(wanted: Plain, live: Plain) -> None:
    """Take out of `live` the labels and annotations that applying `wanted` leaves alone and Istio does not read."""
    for part in ("labels", "annotations"):
        named = wanted.get(part, {})
        kept = {key: value for key, value in live.get(part, {}).items() if key in named or key in _READ_BY_ISTIO}
        live.pop(part, None)
        if kept:
            live[part] = kept
