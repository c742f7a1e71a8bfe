"""Base64url as Envoy reads it."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.token.base64url import decode


@given(st.binary(max_size=60))
def test_what_is_encoded_is_read(data: bytes) -> None:
    """With padding and without, and only the padding is a liberty."""
    padded = urlsafe_b64encode(data).decode()
    plain, full = decode(padded.rstrip("=")), decode(padded)

    assert plain is not None
    assert full is not None
    assert (plain.data, plain.liberties) == (data, ())
    assert (full.data, bool(full.liberties)) == (data, padded.endswith("="))


@pytest.mark.parametrize("text", ["A", "AAAAA", "AA=", "AAA==", "AAAA=", "A+A", "A/A", "AA!", "=", "AA=A", "\u00e9AA"])
def test_what_is_none(text: str) -> None:
    """A digit alone, padding of another length, and other characters are no base64url."""
    assert decode(text) is None


@pytest.mark.parametrize("text", ["AB", "A A", "AAB"])
def test_liberties_are_named(text: str) -> None:
    """Spare bits and white space are read, and told."""
    found = decode(text)

    assert found is not None
    assert found.liberties
