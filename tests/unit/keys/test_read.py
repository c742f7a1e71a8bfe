"""Sets of keys as they are read: the RFCs' own examples, and sets that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ztdsl.keys.judge import judge
from ztdsl.keys.read import KeySet, NotAKeySetError, read
from ztdsl.resolve.thumbprint import thumbprint

# RFC 7517, appendix A.1, and the private part of A.2
EC = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "use": "enc",
    "kid": "1",
}
RSA = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi"
    "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0z"
    "gdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur"
    "-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
PRIVATE_D = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"
# RFC 8037, appendix A.2 and A.3
ED25519 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def _set(*keys: dict[str, Any]) -> KeySet:
    return read(json.dumps({"keys": keys}))


def _codes(*keys: dict[str, Any]) -> list[str]:
    return [finding.code for finding in judge(_set(*keys), None)]


def test_the_public_keys_of_the_rfc() -> None:
    """Both can be used, the one for encryption too, which is found (RFC 7517, appendix A.1)."""
    found = _set(EC, RSA)

    assert [(key.kid, key.kind, key.form, key.alg, key.use) for key in found.keys] == [
        ("1", "EC", "P-256", "", "enc"),
        ("2011-04-29", "RSA", "2048 bits", "RS256", None),
    ]
    assert len(found.usable) == 2
    assert _codes(EC, RSA) == ["ZT776"]


def test_the_private_keys_of_the_rfc() -> None:
    """No value is in any finding (RFC 7517, appendix A.2)."""
    found = judge(_set({**EC, "use": "sig", "d": PRIVATE_D}), None)

    assert [finding.code for finding in found] == ["ZT770"]
    assert PRIVATE_D not in repr(found)


def test_the_symmetric_keys_of_the_rfc() -> None:
    """Envoy takes an HMAC key and passes one for wrapping over (RFC 7517, appendix A.3)."""
    hmac = {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}
    wrap = {"kty": "oct", "alg": "A128KW", "k": "GawgguFyGrWKav7AX4VKUg"}

    assert _codes(hmac) == ["ZT771"]
    assert _codes(hmac, wrap) == ["ZT771", "ZT771", "ZT773"]
    assert _set(hmac).keys[0].thumbprint is None


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (RSA, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),  # RFC 7638, section 3.1
        (ED25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),  # RFC 8037, appendix A.3
    ],
)
def test_thumbprints_of_the_rfcs(key: dict[str, str], expected: str) -> None:
    """They depend on the public part only."""
    assert thumbprint(key) == thumbprint({**key, "kid": "other", "d": "x"}) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-----BEGIN PUBLIC KEY-----\nMFkw", "it is PEM"),
        ("", "not JSON"),
        ("<html>log in</html>", "not JSON"),
        ("[]", "not JSON"),
        ("{'keys': []}", "not JSON"),
        ('{"keys": [], "keys": []}', "given twice"),
        ("{}", "no list `keys`"),
        ('{"keys": {}}', "not a list"),
        ('{"keys": []}', "it has no keys"),
        ('{"keys": [1]}', "key 1 is not an object"),
        (json.dumps(EC), "a single key"),
        ("[" * 5000, "not JSON"),
        ("\udcff", "not JSON"),
    ],
)
def test_texts_that_are_no_set(text: str, why: str) -> None:
    """Each says why."""
    with pytest.raises(NotAKeySetError, match=why):
        read(text)


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "XX"},
        {"kty": None},
        {"kty": 1},
        {"crv": "secp256k1"},
        {"alg": "RS256"},
        {"alg": "ES384"},
        {"x": "not base64!"},
        {"x": 7},
        {"y": "5Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"},
        {"y": "AAAA"},
    ],
    ids=str,
)
def test_keys_that_envoy_passes_over(change: dict[str, Any]) -> None:
    """Beside one that it takes, each is found."""
    broken = {**EC, "use": "sig", "kid": "broken", **change}

    assert _codes(RSA, broken) == ["ZT773"]
    assert _codes(broken) == ["ZT774"]


@pytest.mark.parametrize("exponent", ["Aw", "AQAB"])
def test_exponents_that_envoy_takes(exponent: str) -> None:
    """3 and 65537, and no other."""
    assert _codes({**RSA, "e": exponent}) == []
    assert _codes({**RSA, "e": "BQ"}) == ["ZT774"]


def test_names_that_are_unclear() -> None:
    """Shared, or missing where there are several keys; a lone key needs none."""
    lone = {name: value for name, value in RSA.items() if name != "kid"}

    assert _codes(lone) == []
    assert _codes(lone, ED25519) == ["ZT777"]
    assert _codes(RSA, {**ED25519, "kid": RSA["kid"]}) == ["ZT777"]


def test_operations_other_than_verifying() -> None:
    """Envoy does not read `key_ops`."""
    assert _codes({**RSA, "key_ops": ["verify"]}) == []
    assert _codes({**RSA, "key_ops": ["encrypt"]}) == ["ZT776"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*EC, "keys", "d", "k"]), inner),
        max_leaves=12,
    )
)
def test_whatever_stands_there_is_answered(plain: object) -> None:
    """No text makes the reader stumble, and what is a set is judged."""
    for text in (json.dumps(plain), json.dumps({"keys": [plain]})):
        try:
            judge(read(text), None)
        except NotAKeySetError:
            continue
