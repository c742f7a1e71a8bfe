"""What the API server says to each object that would be applied, with findings at the declaring lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.cluster.apply import MANAGER, dry_run
from ztdsl.cluster.replies import findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from ztdsl.api.declared import Declared
    from ztdsl.cluster import Reply, Selection
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diff.change import Plan


def replies_to(
    plan: Plan,
    declared: Declared,
    selection: Selection,
    manager: str | None,
    asked: Callable[[int, int], None] | None,
) -> tuple[tuple[Reply, ...], list[Diagnostic]]:
    """What is said to each object that is created or changed, and a finding for each that is not simply accepted.

    Raises:
        ClusterFailure: an object got no answer.
    """
    wanted = {tuple(each.key): each for each in declared.wanted}
    applied = [wanted[tuple(each.key)] for each in plan.of("create", "change")]
    objects = [(each.key, each.plain) for each in applied]
    seen = None if asked is None else lambda count: asked(count, len(objects))
    replies = dry_run(selection, objects, manager=manager or MANAGER, seen=seen)
    return replies, findings((reply, wanted[reply.key].declared) for reply in replies)
