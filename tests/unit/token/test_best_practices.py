"""The attacks of RFC 8725, section 2, and what its section 3 asks of whoever verifies: what becomes of each here.

Where Envoy does less than the document asks, that is what stands here: `ztc` says what the proxy does.
"""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.conformance.token_mint import encoded, key, key_set, public, raw, token
from ztdsl.istio.kinds import JwtRule
from ztdsl.token.judge import judge
from ztdsl.token.jwt import read
from ztdsl.token.key_set import read_key_set
from ztdsl.token.status import Status

NOW = 1_800_000_000
ISSUER, AUDIENCE = "https://login.example.com", "shop"
CLAIMS = {"iss": ISSUER, "sub": "alice", "aud": AUDIENCE, "exp": NOW + 60}
RULE = JwtRule(issuer=ISSUER, audiences=(AUDIENCE,))
KEYS = read_key_set(key_set(public("main", "RS256", kid="main", alg="RS256")))


def _status(text: str) -> Status | None:
    return judge(read(text), RULE, KEYS, NOW).status


def _header(**more: object) -> str:
    return json.dumps({"alg": "RS256", "kid": "main", **more})


def _unsigned() -> str:
    """Section 2.1: the signature is taken off, and the header says so."""
    return f"{encoded(json.dumps({'alg': 'none'}).encode())}.{encoded(json.dumps(CLAIMS).encode())}."


def _public_key_as_secret() -> str:
    """Section 2.1: HS256 with the RSA public key as its secret."""
    private = key("main", "RS256").private_key
    assert isinstance(private, RSAPrivateKey)
    secret = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encoded(json.dumps({'alg': 'HS256', 'kid': 'main'}).encode())}.{encoded(json.dumps(CLAIMS).encode())}"
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _own_key_in_header() -> str:
    """Sections 3.10: a key that the token brings itself."""
    return raw(_header(jwk=public("stranger", "RS256"), kid=None), json.dumps(CLAIMS), "RS256", "stranger")


@pytest.mark.parametrize(
    ("advice", "text", "status"),
    [
        ("2.1, 3.1: alg none, unsigned", _unsigned(), Status.FORMAT),
        ("2.1, 3.1: alg none, with a signature", f"{_unsigned()}{encoded(bytes(64))}", Status.ALG_UNSUPPORTED),
        ("2.1, 3.1: a public key as a secret", _public_key_as_secret(), Status.KEY_UNKNOWN),
        ("3.1: an algorithm that is not the key's", token(CLAIMS, "PS256", kid="main"), Status.KEY_UNKNOWN),
        ("2.4, 3.3: compressed or encrypted", "a.b.c.d.e", Status.FORMAT),
        ("2.5, 3.3: a token in a token", raw(_header(cty="JWT"), token(CLAIMS, "RS256"), "RS256"), Status.PAYLOAD_JSON),
        ("2.6: another encoding", raw(_header().encode("utf-16"), json.dumps(CLAIMS), "RS256"), Status.HEADER_JSON),
        ("2.7, 3.8: another issuer", token(CLAIMS | {"iss": "https://b.example.com"}, "RS256"), Status.ISSUER),
        ("2.7, 3.9: another audience", token(CLAIMS | {"aud": "other"}, "RS256", kid="main"), Status.AUDIENCE),
        ("2.7, 3.9: no audience", token({"iss": ISSUER, "sub": "a"}, "RS256", kid="main"), Status.AUDIENCE),
        ("3.10: a path as the key's name", token(CLAIMS, "RS256", kid="../../etc/passwd"), Status.KEY_UNKNOWN),
        (
            "3.10: keys from an address",
            token(CLAIMS, "RS256", "stranger", jku="https://evil.example"),
            Status.SIGNATURE,
        ),
        ("3.10: a key of one's own", _own_key_in_header(), Status.HEADER_KID),
    ],
)
def test_what_is_attacked_is_refused(advice: str, text: str, status: Status) -> None:
    """By the words of Envoy."""
    assert _status(text) is status, advice


@pytest.mark.parametrize(
    ("advice", "text"),
    [
        ("3.11: any type of token is taken", token(CLAIMS, "RS256", kid="main", typ="secevent+jwt")),
        ("3.8: no subject is asked for", token({"iss": ISSUER, "aud": AUDIENCE}, "RS256", kid="main")),
        ("3.12: a token that does not end", token({"iss": ISSUER, "aud": AUDIENCE, "sub": "a"}, "RS256", kid="main")),
    ],
)
def test_what_the_document_asks_and_envoy_does_not(advice: str, text: str) -> None:
    """These are accepted."""
    assert _status(text) is Status.OK, advice
