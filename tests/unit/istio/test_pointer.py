"""JSON pointers (RFC 6901)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.istio.pointer import enclosing, pointer, tokens


@given(st.lists(st.text()))
def test_tokens_come_back(parts: list[str]) -> None:
    """Whatever is joined into a pointer is read from it again."""
    assert tokens(pointer(*parts)) == tuple(parts)


def test_escapes() -> None:
    """A slash becomes `~1`, a tilde `~0`, a number its decimal digits."""
    assert pointer("metadata", "a/b~c", 3) == "/metadata/a~1b~0c/3"


def test_enclosing_parts() -> None:
    """The parts around a part are yielded from the inside."""
    assert list(enclosing("/a/0/b~1c")) == ["/a/0/b~1c", "/a/0", "/a", ""]
    assert list(enclosing("")) == [""]


@pytest.mark.parametrize("text", ["a", "a/b", "/~", "/~2"])
def test_malformed_pointers_are_refused(text: str) -> None:
    """A pointer begins with a slash and escapes with `~0` and `~1` only."""
    with pytest.raises(ValueError, match="not a JSON pointer"):
        tokens(text)
    with pytest.raises(ValueError, match="not a JSON pointer"):
        list(enclosing(text))
