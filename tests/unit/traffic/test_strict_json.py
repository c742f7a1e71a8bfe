"""What two readers could take for two things is refused, with its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.traffic.strict_json import read_json

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(ANY, st.booleans())
def test_json_is_read_as_it_was_written(plain: object, ascii_only: bool) -> None:
    """With space around it, and after a byte order mark."""
    data = json.dumps(plain, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    try:
        data.decode()
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            read_json(data)
        return
    assert read_json(data) == plain
    assert read_json(b"\xef\xbb\xbf \t" + data + b"\r\n") == plain


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"peer": null, "peer": "a"}', "`peer` is given twice"),
        (b'{"to": {"labels": {"app": "a", "\\u0061pp": "b"}}}', "`to.labels.app` is given twice"),
        (b'{"a": [{}, {"b": 1, "b": 1}]}', "`a[1].b` is given twice"),
        (b'{"a": {"b": 1}, "a": {"c": NaN}}', "`a` is given twice"),
        (b'{"to": {"port": NaN}}', "`to.port` is no number that JSON has"),
        (b'{"a": [1, -Infinity]}', "`a[1]` is no number that JSON has"),
        (b"Infinity", "`the request` is no number that JSON has"),
        (b'{"id": 1e999}', "`id` is a number that is too large"),
        (b'{"id": ' + b"9" * 5000 + b"}", "`id` is a number that is too large"),
        (b'{"token": {"role": 1, "role": 2}}', "`token` has a key twice"),
        (b'{"token": [{"a": {"b": NaN}}]}', "`token` holds a number that JSON has not"),
        (b'{"token": {"a": -1e999}}', "`token` holds a number that is too large"),
        (b'{"token": {}, "token": {}}', "`token` is given twice"),
    ],
)
def test_what_readers_read_differently_is_refused(data: bytes, message: str) -> None:
    """Of a token no more is told than that it is at fault."""
    with pytest.raises(ValueError, match="`") as raised:
        read_json(data)
    assert str(raised.value) == message


@pytest.mark.parametrize("data", [b"", b"{", b"{} {}", b"'a'", b"01", b'"\x01"', b'{"a": 1, "a": 2,}', b"nul"])
def test_what_is_no_json_is_told_with_its_place(data: bytes) -> None:
    """Also where something else is wrong before."""
    with pytest.raises(json.JSONDecodeError):
        read_json(data)
