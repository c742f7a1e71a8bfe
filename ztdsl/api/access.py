"""What a change of manifests does to access, as a report shows it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ztdsl.diff.change import Key
from ztdsl.diff.shown import Access, Effect, Outcome
from ztdsl.traffic.shown import request_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ztdsl.ir.model import Model
    from ztdsl.istio.kinds import Manifest
    from ztdsl.manifests import KnownWorkload
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.mesh import Mesh

Labels = tuple[tuple[str, str], ...]


def changed_access(
    before: Sequence[Manifest],
    after: Sequence[Manifest],
    mesh: Mesh,
    workloads: Sequence[KnownWorkload] | None,
    model: Model | None,
) -> Access:
    """What opens and what closes between two whole sets of manifests."""
    change = getattr(import_module("ztdsl.access"), "access_change", None)
    if change is None or before == after:
        return Access()
    found = change(before, after, mesh, workloads, model)
    names = _names(workloads, model)
    return Access(found.classed, tuple(_effect(each, names) for each in found.effects), tuple(found.undecided))


def _effect(effect: Any, names: Mapping[tuple[str, Labels], str]) -> Effect:  # noqa: ANN401
    namespace, labels = effect.workload
    return Effect(
        effect.kind,
        _workload(namespace, labels, names),
        effect.port,
        effect.callers,
        effect.what,
        request_document(effect.witness),
        _outcome(effect.before),
        _outcome(effect.after),
        tuple(Key(*key) for key in effect.caused_by),
    )


def _outcome(decision: Decision) -> Outcome:
    by = decision.decided_by
    if by is None:
        return Outcome(decision.verdict.value, decision.reason or "")
    rule = "" if by.rule is None else f", rule {by.rule}"
    return Outcome(decision.verdict.value, f"{by.kind} {by.namespace}/{by.name}{rule}")


def _names(workloads: Sequence[KnownWorkload] | None, model: Model | None) -> dict[tuple[str, Labels], str]:
    names = {(each.namespace, tuple(sorted(each.labels.items()))): each.name for each in workloads or ()}
    if model is not None:
        names |= {(each.namespace, each.labels): each.name for each in model.workloads}
    return names


def _workload(namespace: str, labels: Any, names: Mapping[tuple[str, Labels], str]) -> str:  # noqa: ANN401
    """A workload as people name it; without a known name by its labels."""
    pairs: Labels = tuple(sorted(labels.items() if hasattr(labels, "items") else labels))
    name = names.get((namespace, pairs))
    if name is not None:
        return f"{namespace}/{name}"
    return f"{namespace}/{'every workload' if not pairs else ','.join(f'{key}={value}' for key, value in pairs)}"
