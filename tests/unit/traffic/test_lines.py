"""The quick reader of lines reads what the long one reads, and refuses what that refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ztdsl.traffic import lines
from ztdsl.traffic.lines import request_from_line
from ztdsl.traffic.request import Request
from ztdsl.traffic.strict_json import read_json
from ztdsl.traffic.wire import request_from

CLAIMS = {"iss": "https://auth.example.com", "sub": "u1", "aud": ["orders-api"], "exp": 2000000000}
TO: dict[str, Any] = {"namespace": "shop", "labels": {"app": "orders"}, "port": 8080}

TEXT = st.sampled_from(["", "a", "GET", "/orders/7?x=1", "\u00e9", 'say "no"', "back\\slash", "null", "\x7f"])
NULLABLE = TEXT | st.none()
ADDRESS = st.sampled_from(["10.1.2.3", "2001:db8::7", "none", None, 7])
PLACE = st.fixed_dictionaries({}, optional={"header": TEXT, "param": TEXT})
TOKEN: st.SearchStrategy[Any] = st.one_of(
    st.just(CLAIMS),
    st.fixed_dictionaries({"claims": st.just(CLAIMS)}, optional={"in": PLACE}),
    st.fixed_dictionaries({"invalid": TEXT}, optional={"in": PLACE}),
    st.sampled_from([None, [], "x", {"a": 1e300}]),
)
LINES = st.fixed_dictionaries(
    {},
    optional={
        "to": st.sampled_from([TO, {**TO, "port": 70000}, {**TO, "ip": "10.0.0.1", "proxy": "gateway"}, {}, None]),
        "id": NULLABLE | st.sampled_from([7, -0, 2**53, 2**53 + 1, 1.0, True]),
        "peer": NULLABLE,
        "tls": st.sampled_from(["mtls", "none", "other", "ssl", None]),
        "source_ip": ADDRESS,
        "remote_ip": ADDRESS,
        "sni": NULLABLE,
        "http": st.none()
        | st.fixed_dictionaries(
            {"method": TEXT, "path": TEXT},
            optional={
                "host": NULLABLE,
                "headers": st.none()
                | st.dictionaries(st.sampled_from(["x-a", "X-A", "b"]), TEXT | st.lists(TEXT, max_size=2), max_size=3),
                "hots": TEXT,
            },
        ),
        "token": TOKEN | st.lists(TOKEN, max_size=2),
        "too": TEXT,
    },
)


def slowly(line: bytes) -> Request | str:
    """What the long reader says of a line."""
    try:
        return request_from(read_json(line))
    except (ValueError, RecursionError) as refused:
        return str(refused)


def quickly(line: bytes) -> Request | str:
    """What the quick one does."""
    try:
        return request_from_line(line)
    except (ValueError, RecursionError) as refused:
        return str(refused)


@given(
    LINES, st.booleans(), st.sampled_from([(", ", ": "), (",", ":"), (" ,\t", " : ")]), st.sampled_from(["", " \r\n"])
)
def test_a_line_is_read_as_the_long_reader_does(
    plain: dict[str, Any], ascii_only: bool, separators: tuple[str, str], end: str
) -> None:
    """The first time and again, however it is written."""
    line = (json.dumps({"to": TO, **plain}, ensure_ascii=ascii_only, separators=separators) + end).encode()
    expected = slowly(line)
    assert quickly(line) == expected
    assert quickly(line) == expected


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A line that somebody cut, or put something into, such as a key that is there already."""
    line = json.dumps({"to": TO, **draw(LINES)}, ensure_ascii=draw(st.booleans())).encode()
    at = draw(st.integers(0, len(line)))
    return line[:at] + draw(PIECES) + line[at + draw(st.integers(0, 3)) :]


PIECES = st.binary(max_size=2) | st.sampled_from(
    [
        *(b'"peer": null, ', b'"peer": "a", ', b'"peer" : "a" ,', b'"p\\u0065er": "a", ', b', "id": 1', b'"id": NaN, '),
        *(b'"method": "PUT", ', b'"app": "x", ', b'"port": 1e999, ', b'"headers": {}, ', b'"headers": null, '),
        *(
            b'"x-a": "1", ',
            b'"to": {}, ',
            b'"token": null, ',
            b'"iss": "x", ',
            b"\xed\xa0\x80",
            b"\\ud800",
            b"\x00",
            b"//",
        ),
    ]
)


@given(broken())
@settings(max_examples=400)
@example(b'{"to": {"namespace": "a"}, "to": {"namespace": "b"}}')
@example(b'{"to": {"namespace": "a"}, "peer": null, "peer": "b"}')
@example(b'{"to": {"namespace": "a"}, "http": {"method": "GET", "path": "/", "path": "/admin"}}')
@example(b'{"to": {"namespace": "a"}, "http": {"method": "G", "path": "/", "headers": {"x": "1", "x": ["2"]}}}')
@example(b'{"to": {"namespace": "a", "namespace": "b"}}')
@example(b'{"to": {"namespace": "a"}, "id": 99999999999999999999999}')
@example(b'{"to": {"namespace": "a"}, "id": NaN}')
@example(b'{"to": {"namespace": "a"}, "token": {"sub": "\xff"}}')
@example(b'{"to": ' + b"[" * 100_000)
def test_a_broken_line_is_read_or_refused_alike(line: bytes) -> None:
    """With the same words."""
    assert quickly(line) == slowly(line)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"to": {"namespace": "a"}, "peer": null, "peer": "b"}', "`peer` is given twice"),
        (
            b'{"to": {"namespace": "a"}, "http": {"method": "GET", "path": "/", "path": "/x"}}',
            "`http.path` is given twice",
        ),
        (b'{"to": {"namespace": "a", "port": Infinity}}', "`to.port` is no number that JSON has"),
        (b'{"to": {"namespace": "a"}, "token": {"sub": "a", "sub": "b"}}', "`token` has a key twice"),
        (b'{"to": {"namespace": "a"}, "too": 1}', "`too` is not known; did you mean `to`?"),
    ],
)
def test_a_fault_is_told_with_its_place(line: bytes, message: str) -> None:
    """As often as it comes."""
    assert [quickly(line), quickly(line)] == [message, message]


def test_plain_lines_take_the_quick_way() -> None:
    """Also those with headers, tokens, nulls and few-said keys; equal destinations and tokens are one object."""
    http = {"method": "GET", "path": "/", "host": None, "headers": {"a": "1", "b": ["2", "3"]}}
    seldom = {"tls": None, "remote_ip": "10.0.0.1", "sni": "a", "token": CLAIMS}
    for more in ({}, {"peer": None, "id": 7}, {"http": http}, {"http": None, "token": None}, {"http": http, **seldom}):
        line = json.dumps({"to": TO, **more}).encode()
        first, second = lines._plain_request(line), lines._plain_request(line)
        assert first is not None
        assert second is not None
        assert first == second == slowly(line)
        assert first.to is second.to
        assert first.tokens is second.tokens


def test_what_is_kept_does_not_fill_the_memory() -> None:
    """Neither many destinations and tokens nor long ones stay."""
    for number in range(2 * lines._MOST_KEPT + 10):
        request_from_line(b'{"to": {"namespace": "n%d"}, "token": {"sub": "u%d"}}' % (number, number))
    long = b'{"to": {"namespace": "a"}, "token": {"sub": "%s"}}' % (b"u" * lines._LONGEST_KEPT)
    assert quickly(long) == slowly(long)
    assert max(len(lines._called_by_connections), len(lines._carried)) <= lines._MOST_KEPT
    assert max(map(len, lines._carried)) <= lines._LONGEST_KEPT
