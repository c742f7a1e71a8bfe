"""ZT343: the usual `Authorization: Bearer TOKEN` is not read as a token.

The prefix of a header is looked for with its case, and a header without a prefix is the token as a whole (Envoy
`source/extensions/filters/http/jwt_authn/extractor.cc`).
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
    from ztdsl.istio.kinds import JwtRule

CODE = "ZT343"
_HEADER: Final = "authorization"
_SCHEME: Final = "Bearer"


def find(view: View) -> Iterator[Found]:
    """`Authorization` among the headers of a rule, with another spelling of `Bearer` or with none."""
    for index, request in view.requests:
        for number, rule in enumerate(request.jwt_rules):
            for place, header in enumerate(rule.from_headers):
                at = f"/spec/jwtRules/{number}/fromHeaders/{place}"
                prefix = (header.prefix or "").strip()
                if header.name.lower() != _HEADER or (prefix and prefix.lower() != "bearer") or _is_usual(rule):
                    continue
                yield Found(
                    CODE,
                    index,
                    f"{at}/prefix" if prefix else f"{at}/name",
                    f"`Authorization: {_SCHEME} TOKEN` holds no token for this rule",
                    "the case of the prefix counts; a request with another passes as if it had no token"
                    if prefix
                    else "without a prefix the whole value is the token, and is answered with 401",
                    help=(f'write `prefix: "{_SCHEME} "`',),
                    witness=_proof(view, index, rule),
                )


def _is_usual(rule: JwtRule) -> bool:
    """Whether the rule reads the usual header as well."""
    return any(each.name.lower() == _HEADER and (each.prefix or "").strip() == _SCHEME for each in rule.from_headers)


def _proof(view: View, index: int, rule: JwtRule) -> Witness | None:
    """A request with a good token in the usual header that is refused."""
    if not rule.issuer:
        return None
    audience = next(iter(rule.audiences), None)
    for place in view.places(index)[:1]:
        drawn = entering(view, view.documents[index].manifest, place)
        shown = [issued_by(each, rule.issuer, audience) for each in drawn if each.tokens]
        answers = (witness(view, place, shown, verdict) for verdict in (Verdict.UNAUTHENTICATED, Verdict.DENY))
        return next((each for each in answers if each is not None), None)
    return None
