"""ZT340, ZT341, ZT342, ZT345: what a rule about tokens leaves open.

Sources: istio/api `security/v1beta1/request_authentication.proto`; Istio `pilot/pkg/security/authn/policy_applier.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.checks.candidate import entering
from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import issued_by
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
NO_KEYS: Final = "ZT345"
_FOREIGN: Final = "https://issuer.example.net"


def find(view: View) -> Iterator[Found]:
    """Rules that accept tokens of any issuer or audience, fetch keys over plain HTTP, or have none."""
    for index, request in view.requests:
        for number, rule in enumerate(request.jwt_rules):
            at = f"/spec/jwtRules/{number}"
            yield from _issuer(view, index, at, rule)
            yield from _audience(view, index, at, request, rule)
            yield from _keys(index, at, rule)
            yield from _no_keys(index, at, rule)


def _issuer(view: View, index: int, at: str, rule: JwtRule) -> Iterator[Found]:
    if not rule.issuer:
        yield Found(
            ANY_ISSUER,
            index,
            at,
            "tokens of every issuer are accepted whose key is in the key set",
            "`issuer` is missing",
            help=("write the issuer that the tokens have in `iss`",),
            witness=_let_in(view, index, _FOREIGN, next(iter(rule.audiences), None)),
        )


def _audience(view: View, index: int, at: str, request: RequestAuthentication, rule: JwtRule) -> Iterator[Found]:
    if rule.audiences or not rule.issuer or not view.is_whole or _tests_audience(view, request):
        return
    yield Found(
        ANY_AUDIENCE,
        index,
        f"{at}/issuer",
        f"tokens of `{rule.issuer}` that were made for other services are accepted",
        "`audiences` is missing",
        help=("list the audiences of this service in `audiences`",),
        witness=_let_in(view, index, rule.issuer, "another-service"),
    )


def _tests_audience(view: View, request: RequestAuthentication) -> bool:
    """Whether a policy for the same workloads looks at the audience itself."""
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


def _no_keys(index: int, at: str, rule: JwtRule) -> Iterator[Found]:
    """A rule whose keys can only be found by discovery, which needs an issuer that is a URL."""
    issuer = rule.issuer or ""
    if rule.jwks_uri or rule.jwks or not issuer or issuer.startswith(("https://", "http://")):
        return
    yield Found(
        NO_KEYS,
        index,
        f"{at}/issuer",
        f"nothing says where the keys of `{issuer}` are, so that every token is refused",
        "an issuer that is no URL has no discovery document",
        help=("write `jwksUri` or `jwks`",),
    )


def _let_in(view: View, index: int, issuer: str, audience: str | None) -> Witness | None:
    """A request with a token of `issuer` for `audience` that is let in."""
    for place in view.places(index)[:1]:
        shown = [each for each in entering(view, view.documents[index].manifest, place) if each.tokens]
        return witness(view, place, [issued_by(each, issuer, audience) for each in shown], Verdict.ALLOW)
    return None
