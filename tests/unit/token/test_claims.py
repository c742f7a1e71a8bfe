"""Which claims policies can test, and whom a token stands for."""

from __future__ import annotations

from typing import Any

import pytest

from ztdsl.token.claims import principal, usable


@pytest.mark.parametrize(
    ("value", "can_match"),
    [
        *(("text", True), ("", True), (["a"], True), (["a", 1], True)),
        *(
            (1, False),
            (1.5, False),
            (True, False),
            (None, False),
            ([], False),
            ([1], False),
            ([["a"]], False),
            ({}, False),
        ),
    ],
)
def test_only_texts_match(value: Any, can_match: bool) -> None:
    """Strings and the strings of lists can be tested; nothing else ever matches."""
    (claim,) = usable({"x": value})

    assert claim.can_match is can_match


def test_nested_claims_are_named_by_their_path() -> None:
    """An object itself never matches, and its members do."""
    found = usable({"realm_access": {"roles": ["admin"], "level": 3}})

    assert [(each.key, each.can_match) for each in found] == [
        ("request.auth.claims[realm_access]", False),
        ("request.auth.claims[realm_access][level]", False),
        ("request.auth.claims[realm_access][roles]", True),
    ]


def test_scopes_are_words() -> None:
    """`scope`, `permission` and what a rule names are split on spaces; others are compared whole."""
    found = {each.path[0]: each for each in usable({"scope": "a b", "groups": "a b", "other": "a b"}, ["groups"])}

    assert found["scope"].kind == found["groups"].kind == "2 words"
    assert found["other"].note == "the whole string is compared"


@pytest.mark.parametrize(
    ("claims", "text", "count"),
    [
        ({"iss": "https://a", "sub": "b"}, "https://a/b", 0),
        ({"iss": "https://a/", "sub": "b"}, "https://a//b", 1),
        ({"iss": "https://a", "sub": "b/c"}, "https://a/b/c", 1),
        ({"iss": "https://a"}, None, 1),
        ({"iss": "", "sub": ""}, None, 1),
        ({}, None, 1),
    ],
)
def test_the_request_principal(claims: dict[str, str], text: str | None, count: int) -> None:
    """Issuer, slash, subject; what is unusual about it is noted."""
    found = principal(claims)

    assert found.text == text
    assert len(found.notes) == count
