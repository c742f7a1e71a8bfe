"""Inline key sets as istiod takes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.istio.golang.jwks import private_keys

RSA = {"kty": "RSA", "n": "AQAB", "e": "AQAB"}
EC = {"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB"}
OKP = {"kty": "OKP", "crv": "X25519", "x": "AQAB"}
OCT = {"kty": "oct", "k": "AQAB"}
NO_SETS = ("", "foo", "null", "[]", "1", '"keys"', "{}", '{"Keys":[]}', '{"keys":{}}', '{"keys":[1]}')
names = st.sampled_from(["keys", "kty", "n", "e", "d", "x5c", "RSA"]) | st.text()
leaves = st.none() | st.text() | st.integers() | st.floats()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(names, inner))


def found(*keys: Any) -> tuple[int, ...] | None:
    """The private keys of a set."""
    return private_keys(json.dumps({"keys": keys}))


def test_private_and_symmetric_keys_are_told() -> None:
    """By their place in the set; a member `d` is enough, even `null`."""
    assert found(RSA, OCT, {**EC, "d": "AA"}, {**OKP, "d": None}, {**RSA, "p": "AA"}, {**OCT, "d": 1}) == (1, 2, 3, 5)


@pytest.mark.parametrize("key", [RSA, EC, OKP, OCT])
def test_each_member_that_a_kind_needs_is_needed(key: dict[str, str]) -> None:
    """A key without one of them is none."""
    assert found(key) is not None
    for member in key:
        assert found({name: value for name, value in key.items() if name != member}) is None


@pytest.mark.parametrize(
    ("member", "good", "bad"),
    [
        ("n", ["", None, "a-b_", "a+b/", "AA==", "AQ\nAB", "AAA="], ["A", "a-b+", "AA=", "A A", "=", "é", 1, ["AQAB"]]),
        ("kid", ["a", None], [1, {}]),
        ("x5u", [1, ["a"], None], []),
        ("x58", ["a"], [1]),
        ("key_ops", [None, [], ["sign", None]], ["sign", [1], {}]),
        ("x5c", [None, [], ["MAAw"]], ["MAAw", [""], ["a b"], [1]]),
        ("p", [1, {}], []),
        ("KTY", ["RSA", None], ["EC", 1]),
        ("D", [], ["AA", None]),
        ("other", [1.5, [{}], {"a": "b"}], []),
    ],
)
def test_members_have_their_form(member: str, good: list[Any], bad: list[Any]) -> None:
    """Octets are base64 of either alphabet; names are told apart by case only where they are read a second time."""
    for value in good:
        assert found({**RSA, member: value}) is not None, value
    for value in bad:
        assert found({**RSA, member: value}) is None, value


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('{"keys":null}', ()),
        ('{"keys":[]} and more', ()),
        (f" {json.dumps(OCT)}", (0,)),
        (f'{{"keys":[{json.dumps(OCT)}],"keys":[{json.dumps(OCT)}]}}', (0, 1)),
        *(
            (text, None)
            for text in ("", "foo", "null", "[]", "1", '"keys"', "{}", '{"Keys":[]}', '{"keys":{}}', '{"keys":[1]}')
        ),
        *((f'{{"keys":[],"a":{number}}}', None) for number in ("NaN", "1e999", "01", "1" * 400)),
        ('{"a":' * 100_000, None),
    ],
)
def test_sets_are_the_first_value_of_a_text(text: str, keys: tuple[int, ...] | None) -> None:
    """A lone key is a set; what cannot be read is none."""
    assert private_keys(text) == keys


@given(values)
def test_no_value_is_too_odd(value: object) -> None:
    """The function answers, whatever JSON holds."""
    private_keys(json.dumps(value))
