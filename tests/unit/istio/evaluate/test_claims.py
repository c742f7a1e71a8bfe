from __future__ import annotations

from typing import Any

import pytest

from ztdsl.istio.evaluate.claims import bracketed, claim, claim_path, request_principal


@pytest.mark.parametrize(
    ("value", "issuer", "subject", "expected"),
    [
        ("*", "i", "s", True),
        ("*", "i", None, False),
        ("*", "i", "", False),
        ("*S", "any", "xS", True),
        ("*S", "any", "xs", False),
        ("*/S", "any", "S", True),
        ("*/S", "any", "xS", False),
        ("*I/S", "xI", "S", True),
        ("*/*", "i", "s", False),
        ("*/*", "i", "*", True),
        ("*.com/*", "https://a.com", "s", False),
        ("P*", "Px", "any", True),
        ("P*", "Px", "", False),
        ("I/*", "I", "any", True),
        ("I/*", "I", "", False),
        ("I/P*", "I", "Px", True),
        ("I/*P*", "I", "*Px", True),
        ("I/*P*", "I", "xP*", False),
        ("I/S", "I", "S", True),
        ("I/S", "I", "s", False),
        ("I", "I", "", True),
        ("I", "I", "s", False),
        ("https://*", "https://a", "s", False),
        ("https://*", "https:/", "s", True),
        ("https://x.example.com//sub", "https://x.example.com/", "sub", True),
        ("https://idp/*", "https://idp/", "s", False),
        ("i/a/b", "i", "a/b", False),
    ],
)
def test_request_principals_test_issuer_and_subject(
    value: str, issuer: str | None, subject: str | None, expected: bool
) -> None:
    """The value is split at its last slash, and a leading star counts before a trailing one."""
    claims = {name: text for name, text in (("iss", issuer), ("sub", subject)) if text is not None}
    assert request_principal(value)(claims) is expected


@pytest.mark.parametrize("subject", [7, None, ["s"], True])
def test_a_subject_that_is_no_text_matches_nothing(subject: object) -> None:
    """Both claims must be texts."""
    assert not request_principal("*")({"iss": "i", "sub": subject})


@pytest.mark.parametrize(
    ("claims", "path", "values", "expected"),
    [
        ({"admin": True}, ["admin"], ["true"], False),
        ({"n": 1}, ["n"], ["1", "*"], False),
        ({"x": None}, ["x"], ["*"], False),
        ({"x": ""}, ["x"], ["*"], False),
        ({"x": "v"}, ["x"], ["*"], True),
        ({"groups": ["ops", "dev"]}, ["groups"], ["dev"], True),
        ({"groups": ["ops", 7]}, ["groups"], ["7"], False),
        ({"groups": [["dev"]]}, ["groups"], ["dev"], False),
        ({"groups": [{"k": "dev"}]}, ["groups", "k"], ["dev"], False),
        ({"groups": []}, ["groups"], ["*"], False),
        ({"x": "read write"}, ["x"], ["read"], False),
        ({"o": {"k": ["u", "v"]}}, ["o", "k"], ["v"], True),
        ({"o": {"k": "v"}}, ["o.k"], ["v"], False),
        ({"o.k": "v"}, ["o.k"], ["v"], True),
        ({"o": {"k": "v"}}, ["o"], ["*"], False),
        ({}, ["x"], ["*"], False),
        ({"x": "abc"}, ["x"], ["ab*", "z"], True),
        ({"x": "abc"}, ["x"], ["*bc"], True),
        ({"x": "v"}, [], ["*"], False),
    ],
)
def test_claims_match_texts_and_lists_of_texts(
    claims: dict[str, Any], path: list[str], values: list[str], expected: bool
) -> None:
    """Nothing but a text matches, be it the claim or an element of it."""
    assert claim(path, values)(claims) is expected


@pytest.mark.parametrize(
    ("brackets", "expected"),
    [
        ("[a]", ("a",)),
        ("[a][b]", ("a", "b")),
        ("[a.b]", ("a.b",)),
        ("[a[b]]", ("a[b]",)),
        ("[]", ("",)),
        ("", ()),
        ("[a]x[b]", ("a]x[b",)),
    ],
)
def test_groups_lead_into_nested_claims(brackets: str, expected: tuple[str, ...]) -> None:
    """Groups that are not well formed are one name within the outermost brackets."""
    assert claim_path(brackets) == expected


@pytest.mark.parametrize("brackets", ["a", "[a", "a]", "x[a]", "[a]x"])
def test_text_outside_of_brackets_is_a_fault(brackets: str) -> None:
    """Istio cannot translate such a key."""
    with pytest.raises(ValueError, match="form"):
        claim_path(brackets)
    with pytest.raises(ValueError, match="form"):
        bracketed(brackets)
