"""Whose a live object is, by the labels that every object of `ztc build` carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.lower import MANAGED_BY, PART_OF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.diff.change import Ownership, Plain

OURS: Final = "ztc"


def labels_of(plain: Plain) -> Mapping[str, Any]:
    """The labels of an object; empty where there are none."""
    labels = plain["metadata"].get("labels")
    return labels if isinstance(labels, dict) else {}


def claimed_by(live: Plain) -> str | None:
    """Whose an object is by its labels: a policy of ztc, or another tool; None where they say nothing."""
    labels = labels_of(live)
    manager, part = labels.get(MANAGED_BY), labels.get(PART_OF)
    if manager == OURS:
        return f"policy `{part}`" if part else "a policy without a name"
    return None if not manager else f"`{manager}`"


def is_ours(live: Plain, owned: Ownership) -> bool:
    """Whether the labels say that an object is of the policies that are compared."""
    labels = labels_of(live)
    return labels.get(MANAGED_BY) == OURS and labels.get(PART_OF) in owned.policies


def other_policy(live: Plain, owned: Ownership) -> str | None:
    """The other policy that an object belongs to by its labels; nobody's, ours and other tools' have none."""
    labels = labels_of(live)
    if labels.get(MANAGED_BY) != OURS or not labels.get(PART_OF) or labels[PART_OF] in owned.policies:
        return None
    return str(labels[PART_OF])
