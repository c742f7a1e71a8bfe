"""ZT317: denied end users get in by leaving their token out.

A positive test of a claim is false for a request without a token, and a RequestAuthentication lets such requests pass
(Istio `pilot/pkg/security/authn/policy_applier.go`).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ztdsl.checks.candidate import candidates
from ztdsl.checks.finding import Found
from ztdsl.checks.meant import narrowed
from ztdsl.checks.sketch import ANY_ISSUER, issued_by, without_token
from ztdsl.checks.tested import TOKEN
from ztdsl.checks.witness import Witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View

CODE = "ZT317"
_PLACES = 3
_ISSUERS = 4


def find(view: View) -> Iterator[Found]:
    """DENY rules about tokens that the same request gets around without its token, once each."""
    seen: set[tuple[int, int]] = set()
    for attribute in sorted(TOKEN):
        for tested in view.tested.get(attribute, ()):
            key = (tested.document, tested.rule)
            if key in seen or tested.policy.action != "DENY" or tested.is_negative or is_dry_run(tested.policy):
                continue
            proof = _proof(view, tested)
            if proof is not None:
                seen.add(key)
                yield Found(
                    CODE,
                    tested.document,
                    tested.pointer,
                    f"a caller escapes `{tested.name}` by leaving the token out",
                    "the rule denies only those who show a token",
                    help=('require a token as well: allow `requestPrincipals`, or deny `notRequestPrincipals: ["*"]`',),
                    witness=proof,
                )


def _proof(view: View, tested: Tested) -> Witness | None:
    """A request that is denied by the rule, and allowed without its token."""
    value = next((each for each in tested.values if each != "*"), tested.values[0])
    rule = narrowed(tested, value)
    accepted = dict.fromkeys(
        (each.issuer or ANY_ISSUER, next(iter(each.audiences), None))
        for _, request in view.requests_with(tested.policy)
        for each in request.jwt_rules
    )
    for place in view.places(tested.document)[:_PLACES]:
        for request in candidates(view, tested.policy, rule, place):
            for issuer, audience in islice(accepted, _ISSUERS):
                shown = issued_by(request, issuer, audience)
                decided = view.evaluator.decide(shown)
                decider = decided.decided_by
                if decided.verdict is not Verdict.DENY or decider is None or decider.name != tested.policy.meta.name:
                    continue
                plain = without_token(request)
                decision = view.evaluator.decide(plain)
                if decision.verdict is Verdict.ALLOW:
                    return Witness(plain, decision, place)
    return None
