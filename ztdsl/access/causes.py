"""Which of the changed objects open or close something."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from ztdsl.istio.kinds import AuthorizationPolicy
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ztdsl.access.effect import Key
    from ztdsl.istio.evaluate import Evaluator
    from ztdsl.istio.kinds import Manifest
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.request import Request

_MOST: Final = 200
"""How many requests are asked about where several objects have rules, each of which may decide about some."""
_FEW: Final = 3
"""How many where the others have no rules: what clients without an identity meet is among the first."""


def causes(
    evaluators: tuple[Evaluator, Evaluator],
    witness: tuple[Request, Decision, Decision],
    others: Iterable[Request],
    concerned: Sequence[Key],
    changed: Mapping[Key, Sequence[Manifest]],
) -> tuple[Key, ...]:
    """The changed objects by which requests are let in on one side only, in the order in which they apply.

    Where none of them decides about a request, those by which what no rule allows is denied.

    Args:
        evaluators: both sides.
        witness: a request that they decide differently, with both decisions.
        others: requests of the same effect: of its other callers, and for what else it is about.
        concerned: the changed objects that apply to the workload.
        changed: what each changed object is on the sides that have it.
    """
    if len(concerned) == 1:
        return tuple(concerned)
    allowing = [key for key in concerned if _is_allowing(changed[key])] or concerned
    with_rules = {key for key in concerned if _has_rules(changed[key])}
    explaining = evaluators if len(with_rules) > 1 else (None, None)  # of one object the decision tells enough
    request, *decisions = witness
    found = _deciding(explaining, decisions, request, changed) or set(allowing)
    for number, request in enumerate(islice(others, _MOST)):
        is_settled = found.issuperset(with_rules)
        if (is_settled and number >= _FEW) or found.issuperset(concerned):
            break
        if is_settled and request.peer is not None:
            continue
        decisions = [each.decide(request) for each in evaluators]
        if _is_let_in_once(decisions):
            found.update(_deciding(explaining, decisions, request, changed) or allowing)
    return (*(key for key in concerned if key in found), *sorted(found.difference(concerned)))


def _is_let_in_once(decisions: Sequence[Decision]) -> bool:
    verdicts = {each.verdict for each in decisions}
    return Verdict.UNKNOWN not in verdicts and len({each is Verdict.ALLOW for each in verdicts}) > 1


def _deciding(
    evaluators: Sequence[Evaluator | None],
    decisions: Sequence[Decision],
    request: Request,
    changed: Mapping[Key, Sequence[Manifest]],
) -> set[Key]:
    """The changed objects that let a request in or keep it out; without an evaluator, the first of each side."""
    found: set[Key] = set()
    for evaluator, decision in zip(evaluators, decisions, strict=True):
        if decision.decided_by is not None:
            matching = () if evaluator is None else evaluator.explain(request).matching
            deciders = (decision.decided_by, *matching)
            found.update((each.kind, each.namespace, each.name) for each in deciders)
    return {key for key in found if key in changed}  # `intersection` walks through all of a mapping


def _is_allowing(sides: Iterable[Manifest]) -> bool:
    return any(isinstance(each, AuthorizationPolicy) and each.action == "ALLOW" for each in sides)


def _has_rules(sides: Iterable[Manifest]) -> bool:
    return any(isinstance(each, AuthorizationPolicy) and each.rules for each in sides)
