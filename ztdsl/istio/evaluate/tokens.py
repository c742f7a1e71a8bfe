"""RequestAuthentications: which tokens pass, which are refused, and what policies then see of them.

A rule per issuer looks for tokens in its own places. Sources: Istio `pilot/pkg/security/authn/policy_applier.go`;
Envoy `source/extensions/filters/http/jwt_authn/{extractor,authenticator,verifier,filter}.cc`, `jwt_verify_lib`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.istio.evaluate.passage import UNTOUCHED, Passage, Passages
from ztdsl.istio.evaluate.places import AUTHORIZATION
from ztdsl.istio.evaluate.token_rule import Found, TokenRule, is_token
from ztdsl.traffic.decision import Decider
from ztdsl.traffic.request import Place, Token, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ztdsl.istio.kinds import RequestAuthentication
    from ztdsl.traffic.request import AnyToken, Http, Request

_IN_BEARER: Final = TokenPlace(Place.HEADER, AUTHORIZATION)
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403


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
        token: the accepted token; None without one.
        passage: what becomes of the headers of one that goes on.
    """

    outcome: Outcome
    claims: Mapping[str, Any] | None = None
    status: int | None = None
    reason: str | None = None
    decided_by: Decider | None = None
    token: Token | None = None
    passage: Passage = UNTOUCHED


NOT_READ: Final = TokenResult(Outcome.PASSED)
"""Where no filter of tokens has run."""
_SEVERAL: Final = TokenResult(Outcome.UNKNOWN, reason="which of several tokens counts is not defined")
_UNREAD: Final = TokenResult(Outcome.UNKNOWN, reason="the request carries a token whose claims are not given")
_REMOVED: Final = TokenResult(Outcome.UNKNOWN, reason="a header carries a token to one rule and claims from another")


class TokenReader:
    """The token filter of one workload.

    Args:
        requests: every RequestAuthentication that applies, in the order in which those apply.
    """

    def __init__(self, requests: Sequence[RequestAuthentication]) -> None:
        rules = [TokenRule(rule, _decider(each)) for each in requests for rule in each.jwt_rules]
        self._rules = sorted(rules, key=lambda rule: rule.issuer)
        self._passages = Passages([each.rule for each in self._rules])
        self._named = frozenset(name for rule in self._rules for name, _ in rule.places.headers)
        self._has_params = any(rule.places.params for rule in self._rules)
        self._has_cookies = any(rule.places.cookies for rule in self._rules)
        self._ambiguous = _ambiguous({pair for rule in self._rules for pair in rule.places.headers})
        self._rewritten = self._named & self._passages.names
        self._without = TokenResult(Outcome.PASSED, passage=self._passages.without)
        self._preflight = TokenResult(Outcome.PASSED, passage=self._passages.unread)

    def read(self, request: Request) -> TokenResult:
        """What becomes of `request`; one without a token passes."""
        http = request.http
        if http is None or not self._rules:
            return NOT_READ
        if _is_preflight(http):
            return self._preflight
        if not request.tokens and not self._may_carry(http):
            return self._without
        seen = [token for token in request.tokens if any(rule.places.hold(token) for rule in self._rules)]
        if self._rewritten and self._is_rewritten(http, seen):
            return _REMOVED
        described = {token.place or _IN_BEARER for token in request.tokens}
        texts = [list(rule.places.texts(http, described)) for rule in self._rules]
        if any(texts):
            return _SEVERAL if seen else self._by_text(texts)
        if len(seen) > 1:
            return self._several(seen)
        return self._decided(seen[0]) if seen else self._without

    def _is_rewritten(self, http: Http, seen: Sequence[AnyToken]) -> bool:
        """Whether a token may be removed with its header before it is read."""
        return not self._rewritten.isdisjoint({*http.headers, *((token.place or _IN_BEARER).name for token in seen)})

    def _may_carry(self, http: Http) -> bool:
        """Whether something stands where a token would."""
        return (
            not self._named.isdisjoint(http.headers)
            or (self._has_params and "?" in http.path)
            or (self._has_cookies and "cookie" in http.headers)
        )

    def _by_text(self, texts: Sequence[Sequence[str]]) -> TokenResult:
        """What becomes of a request whose tokens are given as text, which is enough only where they are none."""
        if any(some and all(is_token(text) for text in some) for some in texts):
            return _UNREAD
        return self._refused([Found.INVALID if some else Found.MISSING for some in texts])

    def _several(self, seen: Sequence[AnyToken]) -> TokenResult:
        """Several tokens: known only where every rule refuses each that it looks at, with one status."""
        found = [[rule.read(token) for rule in self._rules] for token in seen]
        errors = {each for some in found for each in some} - {Found.MISSING}
        if Found.ACCEPTED in errors or (Found.AUDIENCE in errors and len(errors) > 1):
            return _SEVERAL
        return self._refused(found[0])

    def _decided(self, token: AnyToken) -> TokenResult:
        """What becomes of a request with one token that rules look at."""
        if token.place is not None and token.place.name in self._ambiguous:
            reason = f"what stands before the token in the header {token.place.name}"
            return TokenResult(Outcome.UNKNOWN, reason=f"whether the token is found depends on {reason}")
        found = [rule.read(token) for rule in self._rules]
        if Found.ACCEPTED not in found or not isinstance(token, Token):
            return self._refused(found)
        index = found.index(Found.ACCEPTED)
        claims = self._rules[index].claims_of(token)
        return TokenResult(Outcome.PASSED, claims, token=token, passage=self._passages.accepted[index])

    def _refused(self, found: Sequence[Found]) -> TokenResult:
        error = _reported(found)
        status = _FORBIDDEN if error is Found.AUDIENCE else _UNAUTHORIZED
        return TokenResult(Outcome.REFUSED, None, status, error.value, self._decider_of(error, found))

    def _decider_of(self, error: Found, found: Sequence[Found]) -> Decider | None:
        """The object that refuses; of a token that cannot be read, only where one object looks at it."""
        if error is Found.ISSUER:
            return None
        deciders = [rule.decider for rule, each in zip(self._rules, found, strict=True) if each is error]
        return None if error is Found.INVALID and len(set(deciders)) > 1 else deciders[0]


def _decider(request: RequestAuthentication) -> Decider:
    return Decider("RequestAuthentication", request.meta.namespace, request.meta.name)


def _ambiguous(headers: set[tuple[str, str]]) -> frozenset[str]:
    """Headers of which different prefixes are expected, so that the place alone does not say what is found."""
    names = [name for name, _ in headers]
    return frozenset(name for name in names if names.count(name) > 1)


def _reported(found: Sequence[Found]) -> Found:
    """The error that the client sees of several rules' (Envoy `verifier.cc`)."""
    errors = [each for each in found if each is not Found.MISSING]
    if errors[0] is not Found.ISSUER:
        return errors[0]
    return next((each for each in reversed(errors) if each is not Found.ISSUER), Found.ISSUER)


def _is_preflight(http: Http) -> bool:
    """Whether it is CORS's question before a request (Fetch, section 3.2), which passes without its token."""
    if http.method != "OPTIONS":
        return False
    headers = http.headers
    return all(any(headers.get(name, ())) for name in ("origin", "access-control-request-method"))
