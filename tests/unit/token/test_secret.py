"""Texts that must not be shown."""

from __future__ import annotations

import pytest

from tests.conformance.token_mint import token
from ztdsl.token.secret import HIDDEN, Hider, looks_like_token


def test_tokens_look_like_tokens() -> None:
    """Alone, behind a word, and inside an address."""
    text = token({"iss": "joe"})

    assert all(map(looks_like_token, [text, f"Bearer {text}", f"https://a.example.com/?access_token={text}"]))


@pytest.mark.parametrize(
    "word", ["policies.py", "token.jwt", "-", "eyJ", "https://login.example.com/", "keyJar.py", ""]
)
def test_other_words_do_not(word: str) -> None:
    """Names of files and issuers are none."""
    assert not looks_like_token(word)


def test_nothing_of_a_token_is_left() -> None:
    """Neither the whole nor one of its parts, in texts and in JSON."""
    text = token({"iss": "joe", "sub": "somebody"})
    head, body, signature = text.split(".")
    hider = Hider([text])

    shown = hider.text(f"a {text} b {body} c {signature} d {head}.x e")
    plain = hider.plain({"path": f"/?t={text}", body: [signature, 1, None]})

    assert all(part not in shown + repr(plain) for part in (head, body, signature))
    assert shown.count(HIDDEN) >= 4
