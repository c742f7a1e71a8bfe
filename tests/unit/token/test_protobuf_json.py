"""JSON as Envoy reads it: what it takes beyond RFC 8259, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.token.protobuf_json import NotReadError, read_object

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=5), _JSON, max_size=4))
def test_json_is_read_as_it_is(plain: dict[str, Any]) -> None:
    """Every JSON object is read as Python's reader reads it, and nothing is said against it."""
    assert read_object(json.dumps(plain).encode()) == (plain, ())
    assert read_object(json.dumps(plain, ensure_ascii=False, indent=1).encode()) == (plain, ())


@given(st.binary(max_size=40) | st.text("{}[]\"',:\\u012eE+-.tfn ax", max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing else than a refusal comes of a text that is none, and the refusal shows nothing of it."""
    said = ""
    try:
        read_object(data)
    except NotReadError as error:
        said = str(error)
    assert len(said) < 80


@pytest.mark.parametrize(
    "text",
    [
        "{'a':1}",
        "{a:1}",
        '{"a":1,}',
        '{"a":[1,]}',
        '{"a":"\n"}',
        r'{"a":"\U0041"}',
        r"""{"a":"\'"}""",
        "null",
        "{$a_1:1}",
    ],
)
def test_what_is_no_json_and_read_all_the_same(text: str) -> None:
    """Each liberty is named."""
    _, liberties = read_object(text.encode())

    assert len(liberties) == 1


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "[]",
            "1",
            '"a"',
            "true",
            "{",
            "}",
            '{"a"}',
            '{"a":}',
            '{"a":1',
            '{"a" 1}',
            "{1:1}",
            "{1a:1}",
            "{a-b:1}",
        ),
        *("{true:1}", "{,}", '{"a":1,,}', '{"a":01}', '{"a":1.}', '{"a":+1}', '{"a":NaN}', '{"a":1e999}', '{"a":tru}'),
        *('{"a":1}x', '{"a":1}{}', '{"a":1,"a":2}', r'{"a":1,"\u0061":2}', r'{"a":"\ud800"}', r'{"a":"\udc00"}'),
        *(r'{"a":"\x"}', r'{"a":"\u12"}', '{"a":"b}', "\ufeff{}", '{"a":/**/1}', '{"a":' + "[" * 100 + "]" * 100 + "}"),
    ],
)
def test_what_is_refused(text: str) -> None:
    """Names that are given twice, numbers that are none, lonely surrogates, and texts that end early or late."""
    with pytest.raises(NotReadError):
        read_object(text.encode())


def test_a_hundred_levels_are_read() -> None:
    """The object itself and 99 lists."""
    found, _ = read_object(('{"a":' + "[" * 99 + "]" * 99 + "}").encode())

    assert list(found) == ["a"]
