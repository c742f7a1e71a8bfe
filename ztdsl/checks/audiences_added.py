"""ZT357: a RequestAuthentication narrows audiences that a wider one accepts anyway.

The rules of all RequestAuthentications of a workload stand side by side, and a token that one of them accepts is
accepted (Istio `pilot/pkg/security/authn/policy_applier.go`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ztdsl.checks.candidate import entering
from ztdsl.checks.finding import Beside, Found
from ztdsl.checks.overlap import labels_of
from ztdsl.checks.witness import witness
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Place as TokenAt
from ztdsl.traffic.request import Token, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness
    from ztdsl.istio.kinds import JwtRule, RequestAuthentication
    from ztdsl.traffic.request import Request

CODE = "ZT357"
_OTHER: Final = "another-service"


def find(view: View) -> Iterator[Found]:
    """Rules beside one of a wider object with the same issuer, the same places of tokens and more audiences."""
    for index, request in view.requests:
        for number, rule in enumerate(request.jwt_rules):
            found = _wider(view, index, request, rule) if rule.audiences and rule.issuer else None
            proof = None if found is None else _proof(view, index, rule, found[2])
            if found is None or proof is None:
                continue
            other, at, wide = found
            more = "any audience" if not wide.audiences else f"`{_more(rule, wide)}`"
            yield Found(
                CODE,
                index,
                f"/spec/jwtRules/{number}/audiences",
                f"tokens of `{rule.issuer}` for {more} are accepted there, too",
                "the audiences of all RequestAuthentications of a workload are added up",
                help=("test `request.auth.audiences` in an AuthorizationPolicy of the workload",),
                beside=(Beside(other, f"/spec/jwtRules/{at}", "this accepts them"),),
                witness=proof,
            )


def _wider(view: View, index: int, request: RequestAuthentication, rule: JwtRule) -> tuple[int, int, JwtRule] | None:
    """A rule of an object that reaches further and covers `request`: document, index and the rule itself."""
    for other, beside in view.requests_with(request):
        if other == index or not _covers(view, beside, request):
            continue
        for number, wide in enumerate(beside.jwt_rules):
            is_same = wide.issuer == rule.issuer and _places(wide) == _places(rule)
            if is_same and (not wide.audiences or set(rule.audiences) < set(wide.audiences)):
                return other, number, wide
    return None


def _covers(view: View, wide: RequestAuthentication, narrow: RequestAuthentication) -> bool:
    """Whether `wide` applies wherever `narrow` does and reaches further."""
    if wide.target_refs or narrow.target_refs:
        return False
    is_wider = wide.meta.namespace == view.mesh.root_namespace != narrow.meta.namespace
    if not is_wider and wide.meta.namespace != narrow.meta.namespace:
        return False
    outer, inner = set(labels_of(wide)), set(labels_of(narrow))
    return outer < inner or (outer == inner and is_wider)


def _places(rule: JwtRule) -> tuple[object, ...]:
    return rule.from_headers, rule.from_params, rule.from_cookies


def _more(rule: JwtRule, wide: JwtRule) -> str:
    return next((each for each in wide.audiences if each not in rule.audiences), _OTHER)


def _proof(view: View, index: int, rule: JwtRule, wide: JwtRule) -> Witness | None:
    """A request with a token for another audience that is let in."""
    issuer, audience = rule.issuer or "", _more(rule, wide)
    for place in view.places(index)[:1]:
        drawn = entering(view, view.documents[index].manifest, place)
        return witness(view, place, [_with_token(each, rule, issuer, audience) for each in drawn], Verdict.ALLOW)
    return None


def _with_token(request: Request, rule: JwtRule, issuer: str, audience: str) -> Request:
    """The request with a token where the rule looks for one, with the claims that it had before."""
    claims = next((each.claims for each in request.tokens if isinstance(each, Token)), {"sub": "someone"})
    token = Token({**claims, "iss": issuer, "aud": [audience]}, _first_place(rule))
    return replace(request, tokens=(token,))


def _first_place(rule: JwtRule) -> TokenPlace | None:
    """The first place where the rule looks for tokens; None for the usual header."""
    if rule.from_headers:
        header = rule.from_headers[0]
        return None if header.name.lower() == "authorization" else TokenPlace(TokenAt.HEADER, header.name.lower())
    if rule.from_params:
        return TokenPlace(TokenAt.PARAM, rule.from_params[0])
    return TokenPlace(TokenAt.COOKIE, rule.from_cookies[0]) if rule.from_cookies else None
