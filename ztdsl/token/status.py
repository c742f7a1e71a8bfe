"""Envoy's answers to a token, in its own words: they stand in the body of the refusal and in its access log.

Source: Envoy `source/common/jwt/status.cc`; the status of HTTP is that of `jwt_authn/filter.cc`.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Status(Enum):
    """What Envoy makes of one token."""

    OK = "OK"
    MISSING = "Jwt is missing"
    NOT_YET_VALID = "Jwt not yet valid"
    EXPIRED = "Jwt is expired"
    FORMAT = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"
    HEADER_BASE64 = "Jwt header is an invalid Base64url encoded"
    HEADER_JSON = "Jwt header is an invalid JSON"
    HEADER_ALG = "Jwt header [alg] field is required and must be a string"
    ALG_UNSUPPORTED = "Jwt header [alg] is not supported"
    HEADER_KID = "Jwt header [kid] field is not a string"
    PAYLOAD_BASE64 = "Jwt payload is an invalid Base64url encoded"
    PAYLOAD_JSON = "Jwt payload is an invalid JSON"
    ISS_TYPE = "Jwt payload [iss] field is not a string"
    SUB_TYPE = "Jwt payload [sub] field is not a string"
    IAT_TYPE = "Jwt payload [iat] field is not an integer"
    IAT_RANGE = "Jwt payload [iat] field is not a positive 64 bit integer"
    NBF_TYPE = "Jwt payload [nbf] field is not an integer"
    NBF_RANGE = "Jwt payload [nbf] field is not a positive 64 bit integer"
    EXP_TYPE = "Jwt payload [exp] field is not an integer"
    EXP_RANGE = "Jwt payload [exp] field is not a positive 64 bit integer"
    JTI_TYPE = "Jwt payload [jti] field is not a string"
    AUD_TYPE = "Jwt payload [aud] field is not a string or string list"
    SIGNATURE_BASE64 = "Jwt signature is an invalid Base64url encoded"
    ISSUER = "Jwt issuer is not configured"
    AUDIENCE = "Audiences in Jwt are not allowed"
    SIGNATURE = "Jwt verification fails"
    SIGNATURE_LENGTH = "Jwt ED25519 signature is wrong length"
    NO_KEYS = "Jwks doesn't have any valid public key"
    KEY_UNKNOWN = "Jwks doesn't have key to match kid or alg from Jwt"

    @property
    def http(self) -> int:
        """What a client of HTTP sees: 403 for a token of another audience, 401 for every other refusal."""
        return _FORBIDDEN if self is Status.AUDIENCE else _UNAUTHORIZED


_FORBIDDEN: Final = 403
_UNAUTHORIZED: Final = 401
