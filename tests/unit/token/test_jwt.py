"""Tokens taken apart: the RFCs' own examples, and each fault by itself."""

from __future__ import annotations

import json

import pytest

from tests.conformance.token_mint import encoded, key_set, public, raw, token
from ztdsl.istio.kinds import JwtRule
from ztdsl.token.judge import judge
from ztdsl.token.jwt import Broken, Jwt, read
from ztdsl.token.key_set import read_key_set
from ztdsl.token.status import Status

_JOE = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
"""The claims of the examples in RFC 7515, appendix A."""
_AT = 1300819380
_A1 = (
    f"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{_JOE}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"},
)
_RSA_SIGNATURE = (
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9"
    "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB"
    "_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq"
    "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)
_MODULUS = (
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR"
    "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB"
    "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia"
    "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h"
    "4FRWyuXpoQ"
)
_A2 = (
    f"eyJhbGciOiJSUzI1NiJ9.{_JOE}.{_RSA_SIGNATURE}",
    {"kty": "RSA", "n": _MODULUS, "e": "AQAB"},
)
_CURVE_SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
_A3 = (
    f"eyJhbGciOiJFUzI1NiJ9.{_JOE}.{_CURVE_SIGNATURE}",
    {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
)


@pytest.mark.parametrize(("text", "key"), [_A1, _A2, _A3], ids=["A.1", "A.2", "A.3"])
def test_examples_of_rfc_7515_verify_until_they_expire(text: str, key: dict[str, str]) -> None:
    """The three signed examples verify with their keys, to the end of the minute that Envoy forgives."""
    keys = read_key_set(json.dumps({"keys": [key]}))
    rule = JwtRule(issuer="joe")

    assert judge(read(text), rule, keys, _AT + 60).status is Status.OK
    assert judge(read(text), rule, keys, _AT + 61).status is Status.EXPIRED


def test_the_unsecured_example_of_rfc_7515_is_refused() -> None:
    """Appendix A.5: `alg` is `none`, and the signature is empty."""
    found = read(f"eyJhbGciOiJub25lIn0.{_JOE}.")

    assert isinstance(found, Broken)
    assert found.status is Status.FORMAT
    assert "`none`" in found.why


def test_the_json_form_of_rfc_7515_is_refused() -> None:
    """Appendix A.6: only the compact serialization stands in a request."""
    found = read(json.dumps({"payload": _JOE, "signatures": []}))

    assert isinstance(found, Broken)
    assert "JSON" in found.why


def test_a_text_that_is_no_claims_is_refused() -> None:
    """RFC 8037, appendix A.4: the signature is right, and the payload is no JSON."""
    text = (
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )

    found = read(text)

    assert isinstance(found, Broken)
    assert found.status is Status.PAYLOAD_JSON


def test_a_nested_token_is_not_unwrapped() -> None:
    """RFC 7519, appendix A.2: a token whose payload is a token."""
    found = read(raw('{"alg":"ES256","cty":"JWT"}', token({"iss": "joe"})))

    assert isinstance(found, Broken)
    assert found.status is Status.PAYLOAD_JSON
    assert "nested" in found.why


def test_a_header_that_is_given_twice_is_named_so() -> None:
    """Envoy joins its lines by a comma; two tokens are five parts then, and no encrypted one."""
    text = token({"iss": "joe"})
    found = read(f"{text},Bearer {text}")

    assert isinstance(found, Broken)
    assert "given twice" in found.why
    assert "JWE" not in found.why


def test_an_encrypted_token_is_named_so() -> None:
    """RFC 7519, appendix A.1: five parts."""
    found = read("eyJhbGciOiJSU0ExXzUifQ.AA.AA.AA.AA")

    assert isinstance(found, Broken)
    assert "JWE" in found.why


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"iss":1}', Status.ISS_TYPE),
        ('{"sub":null}', Status.SUB_TYPE),
        ('{"exp":"1"}', Status.EXP_TYPE),
        ('{"exp":-1}', Status.EXP_RANGE),
        ('{"nbf":true}', Status.NBF_TYPE),
        ('{"nbf":1e20}', Status.NBF_RANGE),
        ('{"iat":[]}', Status.IAT_TYPE),
        ('{"iat":-0.5}', Status.IAT_RANGE),
        ('{"jti":1}', Status.JTI_TYPE),
        ('{"aud":["a",1]}', Status.AUD_TYPE),
        ('{"a":1,"a":1}', Status.PAYLOAD_JSON),
        ("[]", Status.PAYLOAD_JSON),
    ],
)
def test_claims_must_have_their_types(body: str, status: Status) -> None:
    """Each registered claim of another type is its own refusal, in Envoy's words."""
    found = read(raw('{"alg":"ES256"}', body))

    assert isinstance(found, Broken)
    assert found.status is status


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("{}", Status.HEADER_ALG),
        ('{"alg":1}', Status.HEADER_ALG),
        ('{"alg":"none"}', Status.ALG_UNSUPPORTED),
        ('{"alg":"es256"}', Status.ALG_UNSUPPORTED),
        ('{"alg":"RSA-OAEP","enc":"A256GCM"}', Status.ALG_UNSUPPORTED),
        ('{"alg":"ES256","kid":7}', Status.HEADER_KID),
        ("x", Status.HEADER_JSON),
    ],
)
def test_headers_must_name_an_algorithm(header: str, status: Status) -> None:
    """A header without an algorithm that Envoy knows is refused before any key is asked."""
    found = read(raw(header, "{}"))

    assert isinstance(found, Broken)
    assert found.status is status


def test_liberties_are_noted() -> None:
    """Padding, spare dots and bits, and claims that are no JSON, are accepted by Envoy and told."""
    text = raw('{"alg":"ES256"}', "{'iss':\"joe\",}")

    found = read(f".{text}==")

    assert isinstance(found, Jwt)
    assert found.text("iss") == "joe"
    assert [each for each in found.liberties if "quotes" in each]
    assert [each for each in found.liberties if "comma" in each]
    assert [each for each in found.liberties if "padded" in each]
    assert [each for each in found.liberties if "dots" in each]


def test_an_algorithm_that_a_key_does_not_name_is_not_asked_for() -> None:
    """A key that says no algorithm verifies a token of any, as Envoy has it; one that says it does not."""
    text = raw('{"alg":"RS256"}', '{"iss":"joe"}')
    rule = JwtRule(issuer="joe")

    assert judge(read(text), rule, read_key_set(key_set(public("main", "ES256"))), 0).status is Status.OK
    named = read_key_set(key_set(public("main", "ES256", alg="ES256")))
    assert judge(read(text), rule, named, 0).status is Status.KEY_UNKNOWN


def test_what_was_changed_after_signing_does_not_verify() -> None:
    """A header and claims of one token with another's signature are nobody's."""
    head, _, signature = token({"iss": "joe", "sub": "alice"}).split(".")
    forged = encoded(b'{"iss":"joe","sub":"admin"}')
    keys = read_key_set(key_set(public("main", "ES256")))

    assert judge(read(f"{head}.{forged}.{signature}"), JwtRule(issuer="joe"), keys, 0).status is Status.SIGNATURE
