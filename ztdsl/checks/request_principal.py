"""ZT339: a request principal can never match.

Its value is split at the last slash into a test of `iss` and one of `sub`, and a star at the front is looked at first
(Istio `pilot/pkg/security/authz/model/generator.go`, `matcher/metadata.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.meant import effect, unmatched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

CODE = "ZT339"


def find(view: View) -> Iterator[Found]:
    """Values of `requestPrincipals` and its twins that no token matches."""
    for tested in view.tested.get("requestPrincipals", ()):
        for number, value in enumerate(tested.values):
            problem = shape_problem(value)
            if problem is not None:
                why, help_ = problem
                yield Found(
                    CODE,
                    tested.document,
                    f"{tested.pointer}/{number}",
                    f"request principal `{value}` can never match: {why}",
                    effect(tested),
                    help=(help_,),
                    witness=_proof(view, tested, value),
                )


def _proof(view: View, tested: Tested, value: str) -> Witness | None:
    """A token of an accepted issuer, which the value does not match."""
    issuers = [
        rule.issuer for _, request in view.requests_with(tested.policy) for rule in request.jwt_rules if rule.issuer
    ]
    meant = next((each for each in issuers if each.startswith(value.rstrip("/*")) or value.startswith("*")), None)
    return None if meant is None else unmatched(view, tested, f"{meant}/someone")


def shape_problem(value: str) -> tuple[str, str] | None:
    """Why no token matches `value`, and what to write; None if tokens may."""
    if value.startswith("*"):
        _, slash, subject = value.rpartition("/")
        if slash and subject.endswith("*"):
            return "a star at the front leaves the one behind the slash a literal character", _any_of(subject)
        return None
    issuer, slash, _ = value.rpartition("/")
    if not slash:
        if value.endswith("*"):
            return None
        return "it has no subject", f"write `{value}/*` for every subject of the issuer"
    if issuer.endswith(":/"):
        return "it is split at its last slash", "write the whole issuer, a slash and the subject or `*`"
    return None


def _any_of(subject: str) -> str:
    return "write `*` for every token" if subject == "*" else "name the issuer"
