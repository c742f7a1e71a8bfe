"""RequestAuthentications: which tokens pass, which are refused, and what policies then see of them.

A rule per issuer looks for tokens in its own places. Sources: Istio `pilot/pkg/security/authn/policy_applier.go`;
Envoy `source/extensions/filters/http/jwt_authn/{extractor,authenticator,verifier,filter}.cc`, `jwt_verify_lib`.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote

from ztdsl.traffic.decision import Decider
from ztdsl.traffic.request import InvalidToken, Place, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ztdsl.istio.kinds import JwtRule, RequestAuthentication
    from ztdsl.traffic.request import AnyToken, Http, Request, Token

_AUTHORIZATION: Final = "authorization"
_BEARER: Final = "Bearer "
_IN_BEARER: Final = TokenPlace(Place.HEADER, _AUTHORIZATION)
_DEFAULT_PARAM: Final = "access_token"
_ALWAYS_SPLIT: Final = ("scope", "permission")
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.\-]+")
_PARTS: Final = 3


class Outcome(Enum):
    """What becomes of a request at the token filter."""

    PASSED = "passed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class TokenResult(NamedTuple):
    """What the token filter makes of a request.

    Attributes:
        outcome: whether it goes on.
        claims: those of the accepted token, space-delimited ones as lists; None without one.
        status: what a refused client sees: 401, or 403 for a token of another audience.
        reason: why it is refused, or what is not known.
        decided_by: the object whose rule refuses it; None where no rule is meant for its issuer.
    """

    outcome: Outcome
    claims: Mapping[str, Any] | None = None
    status: int | None = None
    reason: str | None = None
    decided_by: Decider | None = None


_PASSED: Final = TokenResult(Outcome.PASSED)
_SEVERAL: Final = TokenResult(Outcome.UNKNOWN, reason="which of several tokens counts is not defined")
_UNREAD: Final = TokenResult(Outcome.UNKNOWN, reason="the request carries a token whose claims are not given")


class _Found(Enum):
    """What one rule makes of a request."""

    ACCEPTED = "accepted"
    MISSING = "no token"
    INVALID = "the token is not valid"
    ISSUER = "no RequestAuthentication accepts the token's issuer"
    AUDIENCE = "the token is for another audience"


class TokenReader:
    """The token filter of one workload.

    Args:
        requests: every RequestAuthentication that applies, in the order in which those apply.
    """

    def __init__(self, requests: Sequence[RequestAuthentication]) -> None:
        readers = [_RuleReader(rule, _decider(each)) for each in requests for rule in each.jwt_rules]
        self._rules = sorted(readers, key=lambda reader: reader.issuer)
        self._named = frozenset(name for rule in self._rules for name, _ in rule.places.headers)
        self._has_params = any(rule.places.params for rule in self._rules)
        self._has_cookies = any(rule.places.cookies for rule in self._rules)
        self._ambiguous = _ambiguous({pair for rule in self._rules for pair in rule.places.headers})

    def read(self, request: Request) -> TokenResult:
        """What becomes of `request`; one without a token passes."""
        http = request.http
        if http is None or not self._rules or _is_preflight(http):
            return _PASSED
        if not request.tokens and not self._may_carry(http):
            return _PASSED
        seen = [token for token in request.tokens if any(rule.places.hold(token) for rule in self._rules)]
        described = {token.place or _IN_BEARER for token in request.tokens}
        texts = [list(rule.places.texts(http, described)) for rule in self._rules]
        if any(texts):
            return _SEVERAL if seen else self._by_text(texts)
        if len(seen) > 1:
            return self._several(seen)
        return self._decided(seen[0]) if seen else _PASSED

    def _may_carry(self, http: Http) -> bool:
        """Whether something stands where a token would."""
        return (
            not self._named.isdisjoint(http.headers)
            or (self._has_params and "?" in http.path)
            or (self._has_cookies and "cookie" in http.headers)
        )

    def _by_text(self, texts: Sequence[Sequence[str]]) -> TokenResult:
        """What becomes of a request whose tokens are given as text, which is enough only where they are none."""
        if any(some and all(_is_token(text) for text in some) for some in texts):
            return _UNREAD
        return self._refused([_Found.INVALID if some else _Found.MISSING for some in texts])

    def _several(self, seen: Sequence[AnyToken]) -> TokenResult:
        """Several tokens: known only where every rule refuses each that it looks at, with one status."""
        found = [[rule.read(token) for rule in self._rules] for token in seen]
        errors = {each for some in found for each in some} - {_Found.MISSING}
        if _Found.ACCEPTED in errors or (_Found.AUDIENCE in errors and len(errors) > 1):
            return _SEVERAL
        return self._refused(found[0])

    def _decided(self, token: AnyToken) -> TokenResult:
        """What becomes of a request with one token that rules look at."""
        if token.place is not None and token.place.name in self._ambiguous:
            reason = f"what stands before the token in the header {token.place.name}"
            return TokenResult(Outcome.UNKNOWN, reason=f"whether the token is found depends on {reason}")
        found = [rule.read(token) for rule in self._rules]
        if _Found.ACCEPTED not in found or isinstance(token, InvalidToken):
            return self._refused(found)
        return TokenResult(Outcome.PASSED, self._rules[found.index(_Found.ACCEPTED)].claims_of(token))

    def _refused(self, found: Sequence[_Found]) -> TokenResult:
        error = _reported(found)
        status = _FORBIDDEN if error is _Found.AUDIENCE else _UNAUTHORIZED
        return TokenResult(Outcome.REFUSED, None, status, error.value, self._decider_of(error, found))

    def _decider_of(self, error: _Found, found: Sequence[_Found]) -> Decider | None:
        """The object that refuses; of a token that cannot be read, only where one object looks at it."""
        if error is _Found.ISSUER:
            return None
        deciders = [rule.decider for rule, each in zip(self._rules, found, strict=True) if each is error]
        return None if error is _Found.INVALID and len(set(deciders)) > 1 else deciders[0]


class _Places(NamedTuple):
    """Where a rule looks: headers with what stands before the token, parameters, cookies."""

    headers: tuple[tuple[str, str], ...]
    params: tuple[str, ...]
    cookies: tuple[str, ...]

    def hold(self, token: AnyToken) -> bool:
        """Whether `token` stands at one of them."""
        place = token.place
        if place is None:
            return any(True for _ in self._prefixes())
        if place.place is Place.HEADER:
            return any(name == place.name for name, _ in self.headers)
        return place.name in (self.params if place.place is Place.PARAM else self.cookies)

    def cuts(self, token: AnyToken) -> bool:
        """Whether the token of a bearer is taken for one, without anything before it."""
        return token.place is not None or not any(
            _TOKEN.search(_BEARER.partition(prefix)[2] if prefix else _BEARER) for prefix in self._prefixes()
        )

    def texts(self, http: Http, described: set[TokenPlace]) -> Iterator[str]:
        """What the request itself shows at these places, unless it is `described`."""
        for name, prefix in self.headers:
            if TokenPlace(Place.HEADER, name) not in described:
                yield from _after_prefix(http.headers.get(name, ()), prefix)
        if self.params and "?" in http.path:
            shown = _params(http.path)
            yield from (shown[p] for p in self.params if p in shown and TokenPlace(Place.PARAM, p) not in described)
        if self.cookies and "cookie" in http.headers:
            shown = _cookies(http.headers["cookie"])
            yield from (shown[c] for c in self.cookies if c in shown and TokenPlace(Place.COOKIE, c) not in described)

    def _prefixes(self) -> Iterator[str]:
        """The prefixes in `Authorization` that a bearer's token has."""
        return (prefix for name, prefix in self.headers if name == _AUTHORIZATION and prefix in _BEARER)


class _RuleReader:
    """One rule: where it looks and whom it believes."""

    def __init__(self, rule: JwtRule, decider: Decider) -> None:
        self.issuer = rule.issuer or ""
        self.decider = decider
        self.places = _places(rule)
        self._audiences = {_bare(audience) for audience in rule.audiences}
        self._split = (*_ALWAYS_SPLIT, *rule.space_delimited_claims)

    def read(self, token: AnyToken) -> _Found:
        """What the rule makes of the only token of a request."""
        if not self.places.hold(token):
            return _Found.MISSING
        if isinstance(token, InvalidToken) or not self.places.cuts(token) or not _is_readable(token.claims):
            return _Found.INVALID
        if self.issuer and token.claims.get("iss") != self.issuer:
            return _Found.ISSUER
        if self._audiences and not self._audiences & _audiences(token):
            return _Found.AUDIENCE
        return _Found.ACCEPTED

    def claims_of(self, token: Token) -> Mapping[str, Any]:
        """The claims as policies see them."""
        claims = dict(token.claims)
        for name in self._split:
            value = claims.get(name)
            if isinstance(value, str):
                claims[name] = value.split(" ")
        return claims


def _decider(request: RequestAuthentication) -> Decider:
    return Decider("RequestAuthentication", request.meta.namespace, request.meta.name)


def _places(rule: JwtRule) -> _Places:
    if not (rule.from_headers or rule.from_params or rule.from_cookies):
        return _Places(((_AUTHORIZATION, _BEARER),), (_DEFAULT_PARAM,), ())
    headers = dict.fromkeys((header.name.lower(), header.prefix or "") for header in rule.from_headers)
    return _Places(tuple(headers), rule.from_params, rule.from_cookies)


def _ambiguous(headers: set[tuple[str, str]]) -> frozenset[str]:
    """Headers of which different prefixes are expected, so that the place alone does not say what is found."""
    names = [name for name, _ in headers]
    return frozenset(name for name in names if names.count(name) > 1)


def _after_prefix(lines: Sequence[str], prefix: str) -> Iterator[str]:
    """The text that is taken for a token in each line that has the prefix anywhere."""
    for line in lines:
        value = line.strip(" \t")
        if prefix in value:
            begin = _TOKEN.search(value, value.index(prefix) + len(prefix)) if prefix else None
            yield value[begin.start() :] if begin else value


def _params(path: str) -> dict[str, str]:
    """The query's parameters by name; the first of a name counts."""
    shown: dict[str, str] = {}
    for pair in path.partition("?")[2].partition("#")[0].split("&"):
        name, _, value = pair.partition("=")
        shown.setdefault(unquote(name), unquote(value))
    return shown


def _cookies(lines: Sequence[str]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for pair in ";".join(lines).split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            shown.setdefault(name, value.removeprefix('"').removesuffix('"'))
    return shown


def _is_token(text: str) -> bool:
    """Whether the text may be a signed token: three parts, of which the first two are JSON (RFC 7515, section 3.1)."""
    run = _TOKEN.match(text)
    parts = () if run is None else run[0].split(".")
    return len(parts) == _PARTS and all(parts) and _is_object(parts[0]) and _is_object(parts[1])


def _is_object(part: str) -> bool:
    try:
        return isinstance(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))), dict)
    except ValueError:
        return False
    except RecursionError:
        return True


def _reported(found: Sequence[_Found]) -> _Found:
    """The error that the client sees of several rules' (Envoy `verifier.cc`)."""
    errors = [each for each in found if each is not _Found.MISSING]
    if errors[0] is not _Found.ISSUER:
        return errors[0]
    return next((each for each in reversed(errors) if each is not _Found.ISSUER), _Found.ISSUER)


def _is_readable(claims: Mapping[str, Any]) -> bool:
    """Whether the registered claims have the types that a token needs to be one (`jwt_verify_lib/jwt.cc`)."""
    if not all(isinstance(claims.get(name, ""), str) for name in ("iss", "sub", "jti")):
        return False
    if not all(_is_time(claims.get(name, 0)) for name in ("exp", "nbf", "iat")):
        return False
    audience = claims.get("aud", "")
    return isinstance(audience, str) or (isinstance(audience, list) and all(isinstance(each, str) for each in audience))


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _audiences(token: Token) -> set[str]:
    given = token.claims.get("aud", [])
    return {_bare(each) for each in ([given] if isinstance(given, str) else given)}


def _bare(audience: str) -> str:
    """The audience as it is compared: without its scheme and one slash at the end (`check_audience.cc`)."""
    bare = audience.removeprefix("https://") if audience.startswith("https://") else audience.removeprefix("http://")
    return bare.removesuffix("/")


def _is_preflight(http: Http) -> bool:
    """Whether it is CORS's question before a request (Fetch, section 3.2), which passes without its token."""
    if http.method != "OPTIONS":
        return False
    headers = http.headers
    return all(any(headers.get(name, ())) for name in ("origin", "access-control-request-method"))
