"""ZT320: tokens are verified and nothing requires one.

A RequestAuthentication refuses bad tokens and lets requests without one pass (Istio
`pilot/pkg/security/authn/policy_applier.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.candidate import entering
from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import without_token
from ztdsl.checks.tested import TOKEN, attributes_of
from ztdsl.checks.witness import Witness, witness
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import AuthorizationPolicy, RequestAuthentication

CODE = "ZT320"
_PLACES = 3
_ROUTES = frozenset({"VirtualService", "HTTPRoute"})


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
    for place in view.places(index)[:_PLACES]:
        if place.proxy is not Proxy.SIDECAR and _ROUTES & view.others:
            return None  # a gateway's routes may ask for claims of the token
        found = witness(view, place, map(without_token, entering(view, request, place)), Verdict.ALLOW)
        if found is not None:
            return found
    return None
