from __future__ import annotations

import pytest

from ztdsl.checks.meant import effect, narrowed
from ztdsl.checks.tested import lists_of
from ztdsl.istio.kinds import AuthorizationPolicy, Condition, Meta, Operation, Rule, Source

RULE = Rule(
    (Source(namespaces=("a",)), Source(not_principals=("x", "y"), ip_blocks=("10.0.0.0/8",))),
    (Operation(paths=("/a", "/b"), not_paths=("/c",)),),
    (Condition("source.ip", ("10.0.0.1",)), Condition("request.headers[x]", ("1", "2"))),
)


def _policy(action: str = "ALLOW") -> AuthorizationPolicy:
    return AuthorizationPolicy(Meta("p", "shop", ()), None, (), action, None, (RULE,))


def test_a_rule_is_narrowed_to_one_value_of_one_part() -> None:
    """The other sources go, the value is asked for also where it was excepted, and the rest stays."""
    rules = {each.name: narrowed(each, "z") for each in lists_of(0, _policy())}

    assert rules["notPrincipals"].sources == (Source(principals=("z",), ip_blocks=("10.0.0.0/8",)),)
    assert rules["paths"].operations == (Operation(paths=("z",)),)
    assert rules["request.headers[x]"].conditions == (RULE.conditions[0], Condition("request.headers[x]", ("z",)))
    assert rules["paths"].sources == RULE.sources


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("ALLOW", {"it lets nobody in", "nobody is left out by it"}),
        ("DENY", {"the rule never fires for it", "nothing is excepted by it"}),
    ],
)
def test_the_effect_of_a_dead_value_depends_on_action_and_sense(action: str, words: set[str]) -> None:
    """Who is let in or kept out by it is said in one phrase."""
    assert {effect(each) for each in lists_of(0, _policy(action))} == words
