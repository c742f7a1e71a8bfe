from __future__ import annotations

import pytest

from ztdsl.checks.tested import attribute_of, attributes_of, lists_of
from ztdsl.istio.kinds import AuthorizationPolicy, Condition, Meta, Operation, Rule, Source

RULE = Rule(
    (Source(not_principals=("td/ns/a/sa/b",), ip_blocks=("10.0.0.0/8",)),),
    (Operation(paths=("/a",)), Operation(not_methods=("GET",))),
    (Condition("request.auth.claims[a][b]", ("x",), ("y",)),),
)


def _policy(action: str) -> AuthorizationPolicy:
    return AuthorizationPolicy(Meta("p", "shop", ()), None, (), action, None, (Rule(), RULE))


def test_each_list_has_its_place_and_its_sense() -> None:
    """Fields, twins and both halves of a condition are lists of their own, under the field's name without `not`."""
    found = [(each.pointer, each.attribute, each.is_negative) for each in lists_of(3, _policy("ALLOW"))]

    assert found == [
        ("/spec/rules/1/from/0/source/notPrincipals", "principals", True),
        ("/spec/rules/1/from/0/source/ipBlocks", "ipBlocks", False),
        ("/spec/rules/1/to/0/operation/paths", "paths", False),
        ("/spec/rules/1/to/1/operation/notMethods", "methods", True),
        ("/spec/rules/1/when/0/values", "claims", False),
        ("/spec/rules/1/when/0/notValues", "claims", True),
    ]


@pytest.mark.parametrize("action", ["ALLOW", "DENY"])
def test_a_value_that_matches_less_opens_exceptions_of_allow_and_names_of_deny(action: str) -> None:
    """Only there does a value that never matches let more requests in."""
    assert all(each.opens == (each.is_negative == (action == "ALLOW")) for each in lists_of(0, _policy(action)))


def test_a_rule_tests_positively_and_negatively() -> None:
    """The same attribute may be tested in both ways."""
    assert attributes_of(RULE) == (
        frozenset({"ipBlocks", "paths", "claims"}),
        frozenset({"principals", "methods", "claims"}),
    )


@pytest.mark.parametrize(
    ("key", "attribute"),
    [
        ("source.ip", ("ipBlocks", "")),
        ("request.headers[X-A]", ("headers", "X-A")),
        ("request.auth.claims[a][b]", ("claims", "a][b")),
        ("experimental.envoy.filters.a[b]", ("metadata", "")),
        ("request.headers", ("unknown", "")),
    ],
)
def test_keys_of_conditions(key: str, attribute: tuple[str, str]) -> None:
    """A key is known by the field that says the same, or by what stands before its brackets."""
    assert attribute_of(key) == attribute
