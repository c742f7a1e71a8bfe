"""ZT313: a denied or excepted host is evaded by naming a port, or by leaving it out.

Hosts are compared with the authority as the client sent it, port and all (Istio
`pilot/pkg/security/authz/matcher/header.go`), and routes ignore the port.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import narrowed
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View

CODE = "ZT313"
_PLACES = 3


def find(view: View) -> Iterator[Found]:
    """Hosts that a rule keeps out, and that get in under another spelling of the port."""
    for tested in view.tested.get("hosts", ()):
        if not tested.opens or tested.policy.action not in {"ALLOW", "DENY"} or is_dry_run(tested.policy):
            continue
        for number, value in enumerate(tested.values):
            other = _evading(value, tested.values)
            proof = None if other is None else _proof(view, tested, value, other)
            if proof is None:
                continue
            bare = value.partition(":")[0]
            yield Found(
                CODE,
                tested.document,
                f"{tested.pointer}/{number}",
                f"host `{value}` is evaded by {'another port' if ':' in value else 'naming a port'}",
                "the port that a client writes is part of what is compared",
                help=(f"list `{bare}` and `{bare}:*`",)
                if not value.startswith("*")
                else ("allow the hosts that are served, instead of denying others",),
                witness=proof,
            )


def _evading(value: str, listed: tuple[str, ...]) -> str | None:
    """A host that means the same to routes and does not match; None where every spelling is listed."""
    if value.endswith("*") or "*" in value[1:]:
        return None
    bare = value.partition(":")[0]
    example = f"x{bare[1:]}" if bare.startswith("*") else bare
    if ":" in value:
        return None if bare in listed else example
    return None if f"{bare}:*" in listed else f"{example}:1234"


def _proof(view: View, tested: Tested, value: str, other: str) -> Witness | None:
    """A request with the other spelling that is allowed, while the one that is listed is denied."""
    listed = f"x{value[1:]}" if value.startswith("*") else value
    for place in view.places(tested.document)[:_PLACES]:
        for request in draw(place, view.mesh, narrowed(tested, listed), namespace=tested.policy.meta.namespace):
            if request.http is None or view.evaluator.decide(request).verdict is not Verdict.DENY:
                continue
            evading = replace(request, http=replace(request.http, host=other))
            decision = view.evaluator.decide(evading)
            if decision.verdict is Verdict.ALLOW:
                return Witness(evading, decision, place)
    return None
