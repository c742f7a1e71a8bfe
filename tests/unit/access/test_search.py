"""The search over all combinations, on policies that need it."""

from __future__ import annotations

from tests.unit.access.shop import change, policy, rule, told

PATHS = [f"/p{number}" for number in range(8)]


def test_what_another_rule_allows_is_no_change() -> None:
    """A rule that is gone is told of only as far as no other allows the same."""
    wide = {"to": [{"operation": {"methods": ["GET"]}}]}
    found = change([policy(wide, rule(["web/ui"], ["GET", "PUT"], ["/a"]))], [policy(wide)])
    assert told(found) == [("closes", "`web/frontend`", "PUT /a")]


def test_what_is_denied_anyway_is_no_change() -> None:
    """A caller that a DENY rule keeps out gains nothing."""
    deny = policy({"from": [{"source": {"namespaces": ["web"]}}]}, action="DENY", name="deny")
    assert change([deny, policy()], [deny, policy(rule(["web/ui"]))]).classed == "same"


def test_patterns_that_meet() -> None:
    """A difference that shows only where two patterns meet is found."""
    deny = policy({"to": [{"operation": {"paths": ["*/export"]}}]}, action="DENY", name="deny")
    allow = policy({"to": [{"operation": {"paths": ["/reports/*"]}}]})
    (effect,) = change([allow], [allow, deny]).effects
    assert effect.witness.http is not None
    assert effect.witness.http.path == "/reports/export"


def test_every_rule_that_is_gone_is_told() -> None:
    """Different callers with different requests are effects of their own; nothing is lost among them."""
    rules = [rule([f"web/c{number}"], ["GET"], [path]) for number, path in enumerate(PATHS)]
    found = change([policy(*rules)], [policy()])
    assert {(who, what) for _, who, what in told(found)} == {
        (f"`web/c{number}`", f"GET {path}") for number, path in enumerate(PATHS)
    }


def test_a_search_that_is_cut_short_says_so() -> None:
    """More differences than are listed are undecided, and are still classed."""
    many = [rule([f"web/c{number}"], ["GET"], [f"/p{number}"]) for number in range(80)]
    found = change([policy(*many)], [policy()])
    assert found.classed == "narrowed"
    assert any("more combinations" in each for each in found.undecided)
