"""ZT356: a principal whose trust domain begins with a star takes in aliases that it does not name.

A principal of five parts whose trust domain fits one name of the mesh is repeated for all of its names (Istio
`pilot/pkg/security/trustdomain/bundle.go`). Only meshes whose configuration names aliases are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.checks.candidate import candidates
from ztdsl.checks.finding import Found
from ztdsl.checks.meant import narrowed
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.aliases import expand_principals
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View

CODE = "ZT356"
_PLACES: Final = 3


def find(view: View) -> Iterator[Found]:
    """Principals such as `*-old/ns/web/sa/page` where another name of the mesh does not end so."""
    for tested in view.tested.get("principals", ()) if view.mesh.trust_domain_aliases else ():
        if tested.policy.action not in {"ALLOW", "DENY"} or is_dry_run(tested.policy):
            continue
        for number, value in enumerate(tested.values):
            added = _added(view, value)
            proof = None if added is None else _proof(view, tested, added)
            if added is not None and proof is not None:
                domain, _, rest = value.partition("/")
                yield Found(
                    CODE,
                    tested.document,
                    f"{tested.pointer}/{number}",
                    f"`{value}` takes in `{added}` as well",
                    f"`{domain}` fits one name of the mesh, and all of them are then compared",
                    help=(f"write `{view.mesh.trust_domain}/{rest}` if all of them are meant",),
                    witness=proof,
                )


def _added(view: View, value: str) -> str | None:
    """A principal that is compared instead of `value` and that it does not match; None if there is none."""
    if not value.startswith("*") or value.startswith("*/"):
        return None
    made = expand_principals((value,), view.mesh.trust_domains)
    return next((each for each in made if not each.startswith("*") and not each.endswith(value[1:])), None)


def _proof(view: View, tested: Tested, added: str) -> Witness | None:
    """A request of the caller that is added, which the rule decides."""
    rule = narrowed(tested, added)
    is_let_in = (tested.policy.action == "ALLOW") is not tested.is_negative
    for place in view.places(tested.document)[:_PLACES]:
        for request in candidates(view, tested.policy, rule, place):
            decision = view.evaluator.decide(request)
            decider = decision.decided_by
            is_own = decider is not None and (decider.name, decider.rule) == (tested.policy.meta.name, tested.rule)
            if decision.verdict is (Verdict.ALLOW if is_let_in else Verdict.DENY) and (is_own or tested.is_negative):
                return Witness(request, decision, place)
    return None
