"""ZT346: the only ALLOW policy of a workload is a dry run, so that nothing is refused.

A policy in dry run does not count among those that make a workload refuse the rest (Istio
`pilot/pkg/security/authz/builder/builder.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import draw, without_identity
from ztdsl.checks.witness import witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

CODE = "ZT346"


def find(view: View) -> Iterator[Found]:
    """ALLOW policies in dry run beside which no enforced one applies."""
    for index, policy in view.policies:
        if policy.action != "ALLOW" or not is_dry_run(policy):
            continue
        if next(view.enforced_with(policy, "ALLOW"), None) is not None:
            continue
        proof = _proof(view, index)
        if proof is not None:
            yield Found(
                CODE,
                index,
                "/metadata/annotations",
                f"`{policy.meta.name}` is only tried, and no ALLOW policy is enforced there",
                "what it does not allow is allowed",
                help=("remove the annotation once the logs show no surprise",),
                witness=proof,
            )


def _proof(view: View, index: int) -> Witness | None:
    """A request that the policy does not match and that is allowed."""
    for place in view.places(index)[:1]:
        for request in draw(place, view.mesh):
            for each in (without_identity(request), request):
                found = witness(view, place, [each], Verdict.ALLOW)
                if found is not None and not found.decision.dry_run:
                    return found
    return None
