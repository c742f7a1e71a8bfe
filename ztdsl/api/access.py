"""What a change of manifests does to access, as a report shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diff.change import Key
from ztdsl.diff.shown import Access, Effect, Outcome
from ztdsl.traffic.shown import request_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.access import Effect as Found
    from ztdsl.ir.model import Model
    from ztdsl.istio.kinds import Manifest
    from ztdsl.manifests import KnownWorkload
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.mesh import Mesh


def changed_access(
    before: Sequence[Manifest],
    after: Sequence[Manifest],
    mesh: Mesh,
    workloads: Sequence[KnownWorkload] | None,
    model: Model | None,
) -> Access:
    """What opens and what closes between two whole sets of manifests."""
    from ztdsl.access import access_change  # noqa: PLC0415 - where nothing differs, none of it is needed

    found = access_change(before, after, mesh, workloads, model)
    return Access(found.classed, tuple(_effect(each) for each in found.effects), found.undecided)


def _effect(effect: Found) -> Effect:
    return Effect(
        effect.kind,
        effect.name,
        effect.port,
        effect.callers,
        effect.what,
        request_document(effect.witness),
        _outcome(effect.before),
        _outcome(effect.after),
        tuple(Key(*key) for key in effect.caused_by),
        effect.is_other_port,
    )


def _outcome(decision: Decision) -> Outcome:
    by = decision.decided_by
    if by is None:
        return Outcome(decision.verdict.value, decision.reason or "")
    rule = "" if by.rule is None else f", rule {by.rule}"
    return Outcome(decision.verdict.value, f"{by.kind} {by.namespace}/{by.name}{rule}")
