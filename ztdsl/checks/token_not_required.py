"""ZT320: tokens are verified and nothing requires one.

A RequestAuthentication refuses bad tokens and lets requests without one pass (Istio
`pilot/pkg/security/authn/policy_applier.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import draw, without_token
from ztdsl.checks.tested import TOKEN, attributes_of
from ztdsl.checks.witness import Witness, witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy, RequestAuthentication
    from ztdsl.traffic.request import Request

CODE = "ZT320"
_PLACES = 3
_RULES = 16


def find(view: View) -> Iterator[Found]:
    """RequestAuthentications to whose workloads no policy applies that looks at tokens."""
    for index, request in view.requests:
        if not request.jwt_rules:
            continue
        policies = [policy for _, policy in view.policies_with(request)]
        if any(_looks_at_tokens(policy) for policy in policies):
            continue
        proof = _proof(view, index, request)
        if proof is not None:
            yield Found(
                CODE,
                index,
                "/spec/jwtRules",
                f"nothing requires the tokens that `{request.meta.name}` verifies",
                "a request without a token passes",
                help=('allow with `requestPrincipals` only, or deny `notRequestPrincipals: ["*"]`',),
                witness=proof,
            )


def _looks_at_tokens(policy: AuthorizationPolicy) -> bool:
    """Whether the policy may require a token; an external authorizer may."""
    if policy.action == "CUSTOM":
        return True
    return any(TOKEN & (positive | negative) for positive, negative in map(attributes_of, policy.rules))


def _proof(view: View, index: int, request: RequestAuthentication) -> Witness | None:
    """A request without a token that is allowed."""
    allowing = [policy for _, policy in view.enforced_with(request, "ALLOW") if not is_dry_run(policy)]
    for place in view.places(index)[:_PLACES]:
        drawn: list[Request] = list(draw(place, view.mesh))
        for policy in allowing:
            for rule in policy.rules[:_RULES]:
                drawn.extend(draw(place, view.mesh, rule, namespace=policy.meta.namespace))
        found = witness(view, place, [without_token(each) for each in drawn[:64]], Verdict.ALLOW)
        if found is not None:
            return found
    return None
