"""ZT327: `from` and `to` stand in two rules, so that either is enough.

The rules of a policy are alternatives (Istio `pilot/pkg/security/authz/model/model.go`); one dash too many makes two
of one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Beside, Found
from ztdsl.checks.sketch import draw, stranger, with_identity, without_identity
from ztdsl.checks.witness import witness
from ztdsl.istio.evaluate.policies import is_dry_run
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness
    from ztdsl.istio.kinds import AuthorizationPolicy, Rule

CODE = "ZT327"
_PUBLIC: Final = re.compile(
    r"[/*]*(?:health|live|ready|ping|status|metrics|stats|public|static|assets|login|signin|oauth|\.well-known|"
    r"favicon|robots|index|version|info|docs|swagger|openapi)",
    re.IGNORECASE,
)


def find(view: View) -> Iterator[Found]:
    """Policies in which each rule that says only who may call is followed by one that says only what is asked for."""
    for index, policy in view.policies:
        if policy.action != "ALLOW" or is_dry_run(policy) or not _alternates(policy.rules):
            continue
        for number in range(0, len(policy.rules), 2):
            second = policy.rules[number + 1]
            proof = None if _is_public(second) else _proof(view, index, policy, second)
            if proof is not None:
                yield _found(index, number, proof)


def _found(index: int, number: int, proof: Witness) -> Found:
    return Found(
        CODE,
        index,
        f"/spec/rules/{number + 1}",
        "`from` and `to` stand in two rules, so that either is enough",
        "this rule lets everyone do that",
        help=("remove the dash before `to` to make one rule of both",),
        beside=(Beside(index, f"/spec/rules/{number}", "and this one lets these callers do everything"),),
        witness=proof,
    )


def _alternates(rules: tuple[Rule, ...]) -> bool:
    """Whether each rule with `from` alone is followed by one with `to` alone, in the whole policy."""
    return (
        bool(rules)
        and len(rules) % 2 == 0
        and all(map(_is_only_from, rules[::2]))
        and all(map(_is_only_to, rules[1::2]))
    )


def _is_only_from(rule: Rule) -> bool:
    return bool(rule.sources) and not rule.operations and not rule.conditions


def _is_only_to(rule: Rule) -> bool:
    return bool(rule.operations) and not rule.sources and not rule.conditions


def _is_public(rule: Rule) -> bool:
    """Whether the rule is about paths or ports that are open to everyone by custom."""
    return any(
        (each.ports and not each.methods and not each.paths)
        or (each.paths and all(_PUBLIC.match(path) or path == "/" for path in each.paths))
        for each in rule.operations
    )


def _proof(view: View, index: int, policy: AuthorizationPolicy, rule: Rule) -> Witness | None:
    for place in view.places(index)[:1]:
        if place.proxy is Proxy.GATEWAY:
            return None
        drawn = list(draw(place, view.mesh, rule, namespace=policy.meta.namespace))
        requests = [*map(without_identity, drawn), *(with_identity(each, stranger(view.mesh)) for each in drawn)]
        return witness(view, place, requests, Verdict.ALLOW)
    return None
