"""Three truths: a test holds, does not hold, or depends on a fact that was not given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell; `reason` is what is not known, as a sentence without its full stop."""

    reason: str

    def __bool__(self) -> bool:
        """Refuse to be taken for a boolean: what is not known is neither.

        Raises:
            TypeError: always.
        """
        msg = "what is unknown is neither true nor false"
        raise TypeError(msg)


Truth: TypeAlias = bool | Unknown


def any_of(truths: Iterable[Truth]) -> Truth:
    """True if one is; else unknown if one is (for the first such reason); else false."""
    unknown: Unknown | None = None
    for truth in truths:
        if truth is True:
            return True
        if truth is not False and unknown is None:
            unknown = truth
    return False if unknown is None else unknown


def all_of(truths: Iterable[Truth]) -> Truth:
    """False if one is; else unknown if one is (for the first such reason); else true."""
    unknown: Unknown | None = None
    for truth in truths:
        if truth is False:
            return False
        if truth is not True and unknown is None:
            unknown = truth
    return True if unknown is None else unknown


def none_of(truths: Iterable[Truth]) -> Truth:
    """The opposite of `any_of`."""
    found = any_of(truths)
    return found if isinstance(found, Unknown) else not found
