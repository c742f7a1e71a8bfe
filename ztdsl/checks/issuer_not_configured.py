"""ZT322: a rule names an issuer whose tokens no RequestAuthentication accepts there.

A token of another issuer is answered with 401 before any policy (Envoy `source/extensions/filters/http/jwt_authn`),
so that the test can never be true.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import narrowed
from ztdsl.checks.request_principal import shape_problem
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import Witness, witness
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View

CODE = "ZT322"


def find(view: View) -> Iterator[Found]:
    """Values that name an issuer which none of the RequestAuthentications that may apply configures."""
    for attribute in ("requestPrincipals", "claims"):
        for tested in view.tested.get(attribute, ()):
            if attribute == "claims" and tested.detail != "iss":
                continue
            if tested.is_negative:
                continue
            issuers = _issuers(view, tested)
            if not issuers:
                continue
            for number, value in enumerate(tested.values):
                issuer = value if attribute == "claims" else _issuer(value)
                if issuer is not None and not _is_configured(issuer, issuers):
                    yield _found(view, tested, number, issuer, issuers)


def _found(view: View, tested: Tested, number: int, issuer: str, issuers: frozenset[str]) -> Found:
    doubled = f"{issuer}/" in issuers
    near = get_close_matches(issuer, sorted(issuers), n=1)
    if doubled and tested.attribute != "claims":
        help_ = f"the issuer ends with a slash, and the separator is a second one: `{issuer}//…`"
    elif any(issuer.startswith(f"{each}/") for each in issuers) and tested.attribute != "claims":
        help_ = "a subject with a slash cannot be written here: test `request.auth.claims[sub]`"
    elif near:
        help_ = f"did you mean `{near[0]}`?"
    else:
        help_ = f"configured are {', '.join(f'`{each}`' for each in sorted(issuers)[:3])}"
    return Found(
        CODE,
        tested.document,
        f"{tested.pointer}/{number}",
        f"no RequestAuthentication accepts tokens of `{issuer}` there",
        "no accepted token has this issuer",
        help=(help_,),
        witness=_proof(view, tested, tested.values[number]),
    )


def _proof(view: View, tested: Tested, value: str) -> Witness | None:
    for place in view.places(tested.document)[:1]:
        requests = draw(place, view.mesh, narrowed(tested, value), namespace=tested.policy.meta.namespace)
        return witness(view, place, requests, Verdict.UNAUTHENTICATED)
    return None


def _issuers(view: View, tested: Tested) -> frozenset[str]:
    """The issuers that are accepted; none where any is, or nothing is configured."""
    rules = [rule for _, request in view.requests_with(tested.policy) for rule in request.jwt_rules]
    if any(not rule.issuer for rule in rules):
        return frozenset()
    return frozenset(rule.issuer for rule in rules if rule.issuer)


def _issuer(value: str) -> str | None:
    """The pattern of the issuer in a request principal; None where every issuer will do, or ZT339 speaks of it."""
    if value == "*" or shape_problem(value) is not None:
        return None
    if "/" not in value:
        return value if value.endswith("*") else None  # a suffix alone is one of the subject
    return value.rpartition("/")[0]


def _is_configured(issuer: str, issuers: frozenset[str]) -> bool:
    if issuer.startswith("*"):
        return any(each.endswith(issuer[1:]) for each in issuers)
    if issuer.endswith("*"):
        return any(each.startswith(issuer[:-1]) for each in issuers)
    return issuer in issuers
