"""One rule of a RequestAuthentication: where it looks for tokens, and whom it believes.

Source: Envoy `source/extensions/filters/http/jwt_authn/authenticator.cc`, `jwt_verify_lib`.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.istio.evaluate.places import RUN, places
from ztdsl.traffic.request import InvalidToken, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ztdsl.istio.kinds import JwtRule
    from ztdsl.traffic.request import AnyToken

_ALWAYS_SPLIT: Final = ("scope", "permission")
_PARTS: Final = 3
_MOST_KEPT: Final = 1 << 13


class Found(Enum):
    """What one rule makes of a request."""

    ACCEPTED = "accepted"
    MISSING = "no token"
    INVALID = "the token is not valid"
    ISSUER = "no RequestAuthentication accepts the token's issuer"
    AUDIENCE = "the token is for another audience"


class Judged(NamedTuple):
    """What one rule makes of the only token of a request.

    Attributes:
        token: the token.
        found: whether it is accepted, or why not.
        claims: the claims as policies see them; None where it is not accepted.
    """

    token: AnyToken
    found: Found
    claims: Mapping[str, Any] | None = None


class TokenRule:
    """Reads tokens as one rule does, each object once: a token comes with many requests where its holder sends many.

    Attributes:
        issuer: whose tokens it accepts; empty for anybody's.
        places: where it looks.
    """

    __slots__ = ("_audiences", "_judged", "_split", "issuer", "places")

    def __init__(self, rule: JwtRule) -> None:
        self.issuer = rule.issuer or ""
        self.places = places(rule)
        self._audiences = frozenset(_bare(audience) for audience in rule.audiences)
        self._split = (*_ALWAYS_SPLIT, *rule.space_delimited_claims)
        self._judged: dict[int, Judged] = {}  # by id; the token is kept with it, so that its id cannot become another's

    def judge(self, token: AnyToken) -> Judged:
        """What the rule makes of the only token of a request."""
        judged = self._judged.get(id(token))
        if judged is None:
            found = self._found(token)
            claims = self._claims_of(token) if found is Found.ACCEPTED and isinstance(token, Token) else None
            if len(self._judged) >= _MOST_KEPT:
                self._judged.clear()
            judged = self._judged[id(token)] = Judged(token, found, claims)
        return judged

    def _found(self, token: AnyToken) -> Found:
        places = self.places
        if not places.hold(token):
            return Found.MISSING
        if isinstance(token, InvalidToken) or not places.cuts(token) or not _is_readable(token.claims):
            return Found.INVALID
        if self.issuer and token.claims.get("iss") != self.issuer:
            return Found.ISSUER
        if self._audiences and self._audiences.isdisjoint(_audiences(token)):
            return Found.AUDIENCE
        return Found.ACCEPTED

    def _claims_of(self, token: Token) -> Mapping[str, Any]:
        claims = token.claims
        for name in self._split:
            value = claims.get(name)
            if isinstance(value, str):
                claims = {**claims, name: value.split(" ")}
        return claims


@lru_cache(1024)
def token_rule(rule: JwtRule) -> TokenRule:
    """What reads tokens as `rule` does; equal rules, of which a mesh has many, share it."""
    return TokenRule(rule)


def is_token(text: str) -> bool:
    """Whether the text may be a signed token: three parts, of which the first two are JSON (RFC 7515, section 3.1)."""
    run = RUN.match(text)
    parts = () if run is None else run[0].split(".")
    return len(parts) == _PARTS and all(parts) and _is_object(parts[0]) and _is_object(parts[1])


def _is_object(part: str) -> bool:
    try:
        return isinstance(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))), dict)
    except ValueError:
        return False
    except RecursionError:
        return True


def _is_readable(claims: Mapping[str, Any]) -> bool:
    """Whether the registered claims have the types that a token needs to be one (`jwt_verify_lib/jwt.cc`)."""
    for name, value in claims.items():
        fits = _REGISTERED.get(name)
        if fits is not None and not fits(value):
            return False
    return True


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_audience(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


_REGISTERED: Final[Mapping[str, Callable[[object], bool]]] = {
    **dict.fromkeys(("iss", "sub", "jti"), _is_text),
    **dict.fromkeys(("exp", "nbf", "iat"), _is_time),
    "aud": _is_audience,
}


def _audiences(token: Token) -> list[str]:
    given = token.claims.get("aud", ())
    return [_bare(each) for each in ((given,) if isinstance(given, str) else given)]


@lru_cache(1024)
def _bare(audience: str) -> str:
    """The audience as it is compared: without its scheme and one slash at the end (`check_audience.cc`)."""
    bare = audience.removeprefix("https://") if audience.startswith("https://") else audience.removeprefix("http://")
    return bare.removesuffix("/")
