"""ZT354: a selector in the root namespace selects a workload there and others of the same labels elsewhere.

A policy of the root namespace applies to every namespace, with a selector as well as without (Istio
`pilot/pkg/model/policyattachment.go`). It needs an inventory.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.overlap import labels_of
from ztdsl.checks.sketch import draw, without_identity
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.place import Place
    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy

CODE = "ZT354"
_SHOWN: Final = 3
_ENDS: Final = frozenset({Verdict.DENY, Verdict.REFUSED})


def find(view: View) -> Iterator[Found]:
    """ALLOW and DENY policies of the root namespace that keep somebody out there and in other namespaces."""
    if view.workloads is None:
        return
    root = view.mesh.root_namespace
    for index, policy in view.policies:
        if policy.meta.namespace != root or not labels_of(policy) or policy.target_refs or is_dry_run(policy):
            continue
        places = [place for place in view.places(index) if place.known is not None]
        others = [place for place in places if place.namespace != root]
        if not others or len(others) == len(places) or policy.action not in {"ALLOW", "DENY"}:
            continue
        proof = next((found for place in others[:_SHOWN] if (found := _proof(view, policy, place)) is not None), None)
        if proof is not None:
            named = ", ".join(place.words for place in others[:_SHOWN])
            more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
            yield Found(
                CODE,
                index,
                "/spec/selector",
                f"`{policy.meta.name}` applies to {named}{more} as well",
                f"a selector in `{root}` selects workloads of every namespace",
                help=(f"add a label that only the workloads of `{root}` have, if only they are meant",),
                witness=proof,
            )


def _proof(view: View, policy: AuthorizationPolicy, place: Place) -> Witness | None:
    """A request to the other workload that the policy keeps out."""
    rules = policy.rules if policy.action == "DENY" else ()
    drawn = chain(*(draw(place, view.mesh, rule, namespace=policy.meta.namespace) for rule in rules))
    for request in chain(draw(place, view.mesh), drawn):
        for each in (request, without_identity(request)):
            decision = view.evaluator.decide(each)
            decider = decision.decided_by
            is_own = decider is None if policy.action == "ALLOW" else _is(decider, policy)
            if decision.verdict in _ENDS and is_own:
                return Witness(each, decision, place)
    return None


def _is(decider: object, policy: AuthorizationPolicy) -> bool:
    named = (getattr(decider, "namespace", None), getattr(decider, "name", None))
    return named == (policy.meta.namespace, policy.meta.name)
