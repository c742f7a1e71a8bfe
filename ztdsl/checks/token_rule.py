"""ZT340, ZT341, ZT342, ZT344: what a rule about tokens leaves open.

Sources: istio/api `security/v1beta1/request_authentication.proto`; Istio `pilot/pkg/security/authn/policy_applier.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import draw, without_token
from ztdsl.checks.witness import witness
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness
    from ztdsl.istio.kinds import JwtRule, RequestAuthentication

ANY_AUDIENCE: Final = "ZT340"
ANY_ISSUER: Final = "ZT341"
PLAIN_KEYS: Final = "ZT342"
PRESENCE: Final = "ZT344"


def find(view: View) -> Iterator[Found]:
    """Rules that accept tokens of any issuer or audience, fetch keys over plain HTTP, or rely on `presence`."""
    for index, request in view.requests:
        for number, rule in enumerate(request.jwt_rules):
            at = f"/spec/jwtRules/{number}"
            yield from _issuer(index, at, rule)
            yield from _audience(view, index, at, request, rule)
            yield from _keys(index, at, rule)
            yield from _presence(view, index, at, rule)


def _issuer(index: int, at: str, rule: JwtRule) -> Iterator[Found]:
    if not rule.issuer:
        yield Found(
            ANY_ISSUER,
            index,
            at,
            "tokens of every issuer are accepted whose key is in the key set",
            "`issuer` is missing",
            help=("write the issuer that the tokens have in `iss`",),
        )


def _audience(view: View, index: int, at: str, request: RequestAuthentication, rule: JwtRule) -> Iterator[Found]:
    if rule.audiences or not rule.issuer or _tests_audience(view, index, request):
        return
    yield Found(
        ANY_AUDIENCE,
        index,
        f"{at}/issuer",
        f"tokens of `{rule.issuer}` that were made for other services are accepted",
        "`audiences` is missing",
        help=("list the audiences of this service in `audiences`",),
    )


def _tests_audience(view: View, index: int, request: RequestAuthentication) -> bool:
    """Whether a policy for the same workloads looks at the audience itself."""
    del index
    return any(
        condition.key in {"request.auth.audiences", "request.auth.claims[aud]"}
        for _, policy in view.policies_with(request)
        for rule in policy.rules
        for condition in rule.conditions
    )


def _keys(index: int, at: str, rule: JwtRule) -> Iterator[Found]:
    if rule.jwks_uri is not None and rule.jwks_uri.lower().startswith("http://"):
        yield Found(
            PLAIN_KEYS,
            index,
            f"{at}/jwksUri",
            "keys are fetched over plain HTTP",
            "whoever answers in between chooses the keys",
            help=("use an `https://` URI, or write the key set in `jwks`",),
        )


def _presence(view: View, index: int, at: str, rule: JwtRule) -> Iterator[Found]:
    if rule.presence == "REQUIRED":
        yield Found(
            PRESENCE,
            index,
            f"{at}/presence",
            "`presence: REQUIRED` has no effect",
            "istiod does not read this field",
            help=('allow with `requestPrincipals` only, or deny `notRequestPrincipals: ["*"]`',),
            witness=_without(view, index),
        )


def _without(view: View, index: int) -> Witness | None:
    for place in view.places(index)[:1]:
        return witness(view, place, map(without_token, draw(place, view.mesh)), Verdict.ALLOW)
    return None
