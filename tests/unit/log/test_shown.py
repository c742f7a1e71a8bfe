"""`ztdsl.log.shown`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.log.shown import shown

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("GET /orders/7?x=1", "GET /orders/7?x=1"),
        ("GET /a?access_token=abc&x=1 to b", "GET /a?access_token=***&x=1 to b"),
        ("GET /a?x=1&API-KEY=abc#f", "GET /a?x=1&API-KEY=***#f"),
        ("GET /a?code=abc", "GET /a?code=***"),
        (f"/a/{JWT}/b", "/a/***/b"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\r\nb", "a\\r\\nb"),
    ],
)
def test_secrets_and_control_characters_do_not_show(text: str, safe: str) -> None:
    """Values of parameters that carry secrets, tokens anywhere, and what acts on a terminal are made harmless."""
    assert shown(text) == safe


@given(st.text(max_size=2000))
def test_what_is_shown_is_printable_and_short(text: str) -> None:
    """Whatever was sent, it is one printable line."""
    assert shown(text).isprintable()
    assert len(shown(text)) <= 300 * 10 + 1
