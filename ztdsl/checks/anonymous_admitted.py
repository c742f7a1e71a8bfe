"""ZT323: an ALLOW rule whose only test of the end user is negative admits requests without a token.

A negative test of an attribute that is not there is true (Istio `pilot/pkg/security/authz/model/generator.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import draw, without_token
from ztdsl.checks.tested import PEER, TOKEN, attributes_of
from ztdsl.checks.witness import witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

CODE = "ZT323"


def find(view: View) -> Iterator[Found]:
    """ALLOW rules that test tokens negatively and identities not at all, once each."""
    seen: set[tuple[int, int]] = set()
    for attribute in sorted(TOKEN):
        for tested in view.tested.get(attribute, ()):
            key = (tested.document, tested.rule)
            if key in seen or tested.policy.action != "ALLOW" or not tested.is_negative or is_dry_run(tested.policy):
                continue
            proof = _proof(view, tested)
            if proof is not None:
                seen.add(key)
                yield Found(
                    CODE,
                    tested.document,
                    tested.pointer,
                    f"`{tested.name}` alone admits requests without a token",
                    "a request without a token has none of these, and passes",
                    help=('require a token as well: `requestPrincipals: ["*"]` in the same source',),
                    witness=proof,
                )


def _proof(view: View, tested: Tested) -> Witness | None:
    rule = tested.policy.rules[tested.rule]
    positive, _ = attributes_of(rule)
    if positive & (TOKEN | PEER) or not any(each.jwt_rules for _, each in view.requests_with(tested.policy)):
        return None
    for place in view.places(tested.document)[:1]:
        requests = draw(place, view.mesh, rule, namespace=tested.policy.meta.namespace)
        return witness(view, place, map(without_token, requests), Verdict.ALLOW)
    return None
