"""Keys before the real Envoy: `ZTC_LANES=conformance pytest tests/conformance/test_key_sets.py`.

Each set has the key of a case and a good one beside it, and the request's token is signed with the case's key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tests.conformance.lab.package import NoEnvoy
from tests.conformance.token_lab import Asked, Setting
from tests.conformance.token_mint import encoded, key_set, public, token
from tests.conformance.topics.shape import ISSUER, tokens
from ztdsl.istio.golang.jwks import private_keys
from ztdsl.keys.read import read

REQUIRED = bool(os.environ.get("CI"))
CLAIMS = {"iss": ISSUER, "sub": "alice"}
ACCEPTED = 200

in_lane = pytest.mark.skipif(
    "conformance" not in os.environ.get("ZTC_LANES", "").split(","),
    reason="runs istiod and Envoy: set ZTC_LANES=conformance",
)


class Case(NamedTuple):
    """A key, and a token that it signed."""

    name: str
    key: dict[str, Any]
    token: str


def _changed(name: str, algorithm: str, change: dict[str, Any] | None = None, without: str = "") -> Case:
    key = {**public("main", algorithm), "kid": "main", **(change or {})}
    key.pop(without, None)
    return Case(f"{algorithm}: {name}", key, token(CLAIMS, algorithm, kid="main"))


def _rsa(name: str, bits: int, exponent: int) -> Case:
    key = rsa.generate_private_key(exponent, bits)
    numbers = key.public_key().public_numbers()
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "kid": "main"}, CLAIMS)]
    signed = ".".join(map(encoded, parts))
    signature = encoded(key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))
    public_part = {
        "kty": "RSA",
        "n": encoded(numbers.n.to_bytes(bits // 8, "big")),
        "e": encoded(exponent.to_bytes(3, "big")),
    }
    return Case(name, {**public_part, "kid": "main"}, f"{signed}.{signature}")


def cases() -> Iterator[Case]:
    """Good keys of every kind, and what may be wrong with a key."""
    for algorithm in ("RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA", "HS256"):
        yield _changed("plain", algorithm)
        yield _changed("its algorithm", algorithm, {"alg": algorithm})
        yield _changed("for encryption", algorithm, {"use": "enc"})
        yield _changed("not for verifying", algorithm, {"key_ops": ["sign", "encrypt"]})
        yield _changed("unknown kind", algorithm, {"kty": "XYZ"})
        yield _changed("no kind", algorithm, without="kty")
        yield _changed("another algorithm", algorithm, {"alg": "none"})
        yield _changed("unknown members", algorithm, {"x5u": "https://keys.example.com/", "more": {"a": [1]}})
    for part in ("n", "e"):
        yield _changed(f"without {part}", "RS256", without=part)
        yield _changed(f"{part} is a number", "RS256", {part: 65537})
        yield _changed(f"{part} is not base64url", "RS256", {part: "a+/b"})
        yield _changed(f"{part} is empty", "RS256", {part: ""})
    yield _changed("exponent 5", "RS256", {"e": "BQ"})
    yield _changed("exponent with zeros before it", "RS256", {"e": "AAEAAQ"})
    yield _changed("a private part", "RS256", {"d": "AQAB"})
    for part in ("x", "y"):
        yield _changed(f"without {part}", "ES256", without=part)
        yield _changed(f"{part} is zero", "ES256", {part: "AA"})
        yield _changed(f"{part} is padded", "ES256", {part: public("main", "ES256")[part] + "="})
        yield _changed(f"{part} has spaces", "ES256", {part: " " + public("main", "ES256")[part] + "\n"})
    yield _changed("without a curve", "ES256", without="crv")
    yield _changed("without a curve, with its algorithm", "ES384", {"alg": "ES384"}, without="crv")
    yield _changed("without a curve", "ES384", without="crv")
    yield _changed("another curve", "ES256", {"crv": "P-384"})
    yield _changed("a curve that Envoy does not know", "ES256", {"crv": "secp256k1"})
    yield _changed("a curve that is no string", "ES256", {"crv": 256})
    yield _changed("without a curve", "EdDSA", without="crv")
    yield _changed("another curve", "EdDSA", {"crv": "Ed448"})
    yield _changed("too short", "EdDSA", {"x": "AAAA"})
    yield _changed("the algorithm's new name", "EdDSA", {"alg": "Ed25519"})
    yield _changed("an empty secret", "HS256", {"k": ""})
    yield _rsa("RSA of 1024 bits", 1024, 65537)
    yield _rsa("RSA of 3072 bits with exponent 3", 3072, 3)


def _set(case: Case) -> str:
    return key_set(public("other", "ES256", kid="other"), case.key)


@in_lane
def test_keys_are_usable_where_envoy_uses_them() -> None:
    """A token that the key signed is accepted exactly where the key is called usable.

    Sets that istiod does not take inline never get as far as a proxy from here; from an address they would.
    """
    from tests.conformance.oracle import NoOracle  # noqa: PLC0415 - only this lane needs what asks istiod
    from tests.conformance.token_lab import ask  # noqa: PLC0415 - likewise

    made = [case for case in cases() if private_keys(_set(case)) is not None]
    given = [
        Setting(
            case.name,
            [tokens({"issuer": ISSUER, "jwks": _set(case)})],
            [Asked(case.name, [("authorization", f"Bearer {case.token}")])],
        )
        for case in made
    ]
    try:
        answers = ask(given)
    except (NoOracle, NoEnvoy) as lacking:
        if REQUIRED:
            raise
        pytest.skip(f"no istiod or no Envoy here: {lacking}")
    used = {case.name: seen[0].status == ACCEPTED for case, seen in zip(made, answers, strict=True)}
    said = {case.name: read(_set(case)).keys[1].fault is None for case in made}

    assert {name: said[name] for name in used if said[name] != used[name]} == {}
    assert sum(used.values()) > len(used) // 3


def test_there_are_cases_of_both_kinds() -> None:
    """Keys that are called usable, and keys that are not."""
    said = [read(_set(case)).keys[1].fault is None for case in cases()]

    assert len(said) > 80
    assert min(sum(said), len(said) - sum(said)) > 25
