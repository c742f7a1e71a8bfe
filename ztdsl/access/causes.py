"""Which of the changed objects open or close something."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from ztdsl.istio.kinds import AuthorizationPolicy
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ztdsl.access.effect import Key
    from ztdsl.istio.evaluate import Evaluator
    from ztdsl.istio.kinds import Manifest
    from ztdsl.traffic.request import Request

_MOST: Final = 200
"""How many requests are asked about, where the objects of a change are more than that."""


def causes(
    evaluators: tuple[Evaluator, Evaluator],
    witness: Request,
    others: Iterable[Request],
    concerned: Sequence[Key],
    changed: Mapping[Key, Sequence[Manifest]],
) -> tuple[Key, ...]:
    """The changed objects by which requests are let in on one side only, in the order in which they apply.

    Where none of them decides, those by which what no rule allows is denied.

    Args:
        evaluators: both sides.
        witness: a request that they decide differently.
        others: requests of the same effect: of its other callers, and for what else it is about.
        concerned: the changed objects that apply to the workload.
        changed: what each changed object is on the sides that have it.
    """
    if len(concerned) == 1:
        return tuple(concerned)
    found = set(_deciding(evaluators, witness, changed))
    for request in islice(others, _MOST):
        if found.issuperset(concerned):
            break
        found.update(_deciding(evaluators, request, changed))
    named = [*(key for key in concerned if key in found), *sorted(found.difference(concerned))]
    return tuple(named or [key for key in concerned if _is_allowing(changed[key])] or concerned)


def _deciding(
    evaluators: tuple[Evaluator, Evaluator], request: Request, changed: Mapping[Key, Sequence[Manifest]]
) -> Iterator[Key]:
    """The changed objects with a rule that decides a request, if the sides decide it differently."""
    decisions = [each.decide(request) for each in evaluators]
    verdicts = {each.verdict for each in decisions}
    if Verdict.UNKNOWN in verdicts or len({each is Verdict.ALLOW for each in verdicts}) == 1:
        return
    for evaluator, decision in zip(evaluators, decisions, strict=True):
        if decision.decided_by is not None:
            for by in (decision.decided_by, *evaluator.explain(request).matching):
                key = by.kind, by.namespace, by.name
                if key in changed:
                    yield key


def _is_allowing(sides: Iterable[Manifest]) -> bool:
    return any(isinstance(each, AuthorizationPolicy) and each.action == "ALLOW" for each in sides)
