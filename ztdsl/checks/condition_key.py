"""ZT347: the brackets of a condition's key are not ones that Istio can read, although a cluster admits them.

An ALLOW rule with such a key is left out, other rules lose the condition (Istio
`pilot/pkg/security/authz/model/{model,util}.go`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.sketch import draw
from ztdsl.checks.witness import witness
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness

CODE = "ZT347"
_HEADER: Final = re.compile(r"request\.headers\[[^\[\]]+\]")
_CLAIM: Final = re.compile(r"request\.auth\.claims(?:\[[^\[\]]+\])+")
_PREFIXES: Final = ("request.headers", "request.auth.claims")


def find(view: View) -> Iterator[Found]:
    """Keys that begin as those of headers or claims do and go on otherwise."""
    for attribute in ("headers", "claims", "unknown"):
        for tested in view.tested.get(attribute, ()):
            if tested.name.startswith(_PREFIXES) and not (
                _HEADER.fullmatch(tested.name) or _CLAIM.fullmatch(tested.name)
            ):
                yield _found(view, tested)


def _found(view: View, tested: Tested) -> Found:
    action = tested.policy.action
    left = "the rule is left out" if action == "ALLOW" else f"the {action} rule goes without the condition"
    form = "request.headers[NAME]" if tested.name.startswith(_PREFIXES[0]) else "request.auth.claims[NAME][NAME]"
    return Found(
        CODE,
        tested.document,
        f"{tested.pointer.rpartition('/')[0]}/key",
        f"Istio cannot read the brackets of `{tested.name}`",
        left,
        help=(f"write `{form}`",),
        witness=_proof(view, tested),
    )


def _proof(view: View, tested: Tested) -> Witness | None:
    """A request that meets the rest of the rule: no ALLOW rule is left that lets it in, a DENY rule denies it."""
    rule = tested.policy.rules[tested.rule]
    rest = replace(rule, conditions=tuple(each for each in rule.conditions if each.key != tested.name))
    for place in view.places(tested.document)[:1]:
        drawn = draw(place, view.mesh, rest, namespace=tested.policy.meta.namespace)
        return witness(view, place, drawn, Verdict.DENY)
    return None
