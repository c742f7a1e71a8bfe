"""What the author of a value that never matches meant, and a request that shows that Istio reads it otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ztdsl.checks.sketch import draw, issued_by
from ztdsl.checks.witness import witness
from ztdsl.istio.kinds import OPERATION_FIELDS, SOURCE_FIELDS, Condition, Rule
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.checks.tested import Tested
    from ztdsl.checks.view import View
    from ztdsl.checks.witness import Witness
    from ztdsl.traffic.request import Request

_FIELD: Final = {name: field for field, name in (*SOURCE_FIELDS, *OPERATION_FIELDS)}
_ISSUERS: Final = 4
_PLACES: Final = 3  # of one policy: the first that proves it will do


def narrowed(tested: Tested, value: str) -> Rule:
    """The rule of `tested` with only its own source, operation or condition, which asks for exactly `value`."""
    rule = tested.policy.rules[tested.rule]
    part, index = tested.pointer.split("/")[4:6]
    number = int(index)
    if part == "when":
        condition = Condition(rule.conditions[number].key, (value,))
        others = tuple(each for at, each in enumerate(rule.conditions) if at != number)
        return replace(rule, conditions=(*others, condition))
    field = _FIELD[tested.attribute]
    asked = {field: (value,), f"not_{field}": ()}
    if part == "from":
        return replace(rule, sources=(replace(rule.sources[number], **asked),))
    return replace(rule, operations=(replace(rule.operations[number], **asked),))


def unmatched(view: View, tested: Tested, meant: str) -> Witness | None:
    """A request with `meant`, which the rule does not see: one that is let in or kept out against the intention."""
    rule = narrowed(tested, meant)
    verdict = Verdict.ALLOW if tested.opens else Verdict.DENY
    for place in view.places(tested.document)[:_PLACES]:
        drawn = draw(place, view.mesh, rule, namespace=tested.policy.meta.namespace)
        found = witness(view, place, _accepted(view, tested, drawn), verdict)
        if found is not None:
            return found
    return None


def _accepted(view: View, tested: Tested, drawn: Iterable[Request]) -> Iterator[Request]:
    """The requests, those with a token of issuers that are accepted there first."""
    rules = [rule for _, request in view.requests_with(tested.policy) for rule in request.jwt_rules if rule.issuer]
    for request in drawn:
        if request.tokens:
            for rule in rules[:_ISSUERS]:
                yield issued_by(request, rule.issuer or "", next(iter(rule.audiences), None))
        yield request


def effect(tested: Tested) -> str:
    """What it does to a policy that one of its values never matches."""
    if tested.policy.action == "ALLOW":
        return "nobody is left out by it" if tested.is_negative else "it lets nobody in"
    return "nothing is excepted by it" if tested.is_negative else "the rule never fires for it"
