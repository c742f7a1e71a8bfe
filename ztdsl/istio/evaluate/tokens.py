"""RequestAuthentications: which tokens pass, which are refused, and what policies then see of them.

A rule per issuer looks for tokens in its own places. Sources: Istio `pilot/pkg/security/authn/policy_applier.go`;
Envoy `source/extensions/filters/http/jwt_authn/{extractor,authenticator,verifier,filter}.cc`, `jwt_verify_lib`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.istio.evaluate.passage import UNTOUCHED, Passage, passages
from ztdsl.istio.evaluate.places import AUTHORIZATION
from ztdsl.istio.evaluate.token_rule import Found, is_token, token_rule
from ztdsl.traffic.decision import Decider, Decision, Verdict
from ztdsl.traffic.request import Place, Token, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ztdsl.istio.kinds import RequestAuthentication
    from ztdsl.traffic.request import AnyToken, Http, Request

_IN_BEARER: Final = TokenPlace(Place.HEADER, AUTHORIZATION)
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_OPTIONS: Final = "OPTIONS"
_MOST_KEPT: Final = 256


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
        refusal: the decision about one that is refused, where its client is none of gRPC.
    """

    outcome: Outcome
    claims: Mapping[str, Any] | None = None
    status: int | None = None
    reason: str | None = None
    decided_by: Decider | None = None
    token: Token | None = None
    passage: Passage = UNTOUCHED
    refusal: Decision | None = None


NOT_READ: Final = TokenResult(Outcome.PASSED)
"""Where no filter of tokens has run."""
_SEVERAL: Final = TokenResult(Outcome.UNKNOWN, reason="which of several tokens counts is not defined")
_UNREAD: Final = TokenResult(Outcome.UNKNOWN, reason="the request carries a token whose claims are not given")
_REMOVED: Final = TokenResult(Outcome.UNKNOWN, reason="a header carries a token to one rule and claims from another")


class TokenReader:
    """The token filter of one workload.

    Args:
        requests: every RequestAuthentication that applies, in the order in which those apply.

    Attributes:
        without: what becomes of a request that has neither tokens nor headers nor a query.
    """

    __slots__ = (
        "_ambiguous",
        "_deciders",
        "_has_cookies",
        "_has_params",
        "_named",
        "_passages",
        "_preflight",
        "_refusals",
        "_rewritten",
        "_rules",
        "without",
    )

    def __init__(self, requests: Sequence[RequestAuthentication]) -> None:
        given = [(rule, _decider(each)) for each in requests for rule in each.jwt_rules]
        given.sort(key=lambda each: each[0].issuer or "")
        self._rules = tuple(token_rule(rule) for rule, _ in given)
        self._deciders = tuple(decider for _, decider in given)
        self._passages = passages(tuple(rule for rule, _ in given))
        places = [rule.places for rule in self._rules]
        self._named = frozenset(name for each in places for name, _ in each.headers)
        self._has_params = any(each.params for each in places)
        self._has_cookies = any(each.cookies for each in places)
        self._ambiguous = _ambiguous({pair for each in places for pair in each.headers})
        self._rewritten = self._named & self._passages.names
        self.without = TokenResult(Outcome.PASSED, passage=self._passages.without)
        self._preflight = TokenResult(Outcome.PASSED, passage=self._passages.unread)
        self._refusals: dict[tuple[Found, ...], TokenResult] = {}

    def read(self, request: Request) -> TokenResult:
        """What becomes of `request`; one without a token passes."""
        http = request.http
        if http is None or not self._rules:
            return NOT_READ
        if http.method == _OPTIONS and _is_preflight(http):
            return self._preflight
        tokens = request.tokens
        if not ((http.headers or "?" in http.path) and self._may_carry(http)):
            if not tokens:
                return self.without
            if len(tokens) == 1 and not self._rewritten:
                return self._only(tokens[0])
        seen = [token for token in tokens if any(rule.places.hold(token) for rule in self._rules)]
        if self._rewritten and self._is_rewritten(http, seen):
            return _REMOVED
        described = {token.place or _IN_BEARER for token in tokens}
        texts = [list(rule.places.texts(http, described)) for rule in self._rules]
        if any(texts):
            return _SEVERAL if seen else self._by_text(texts)
        if len(seen) > 1:
            return self._several(seen)
        return self._only(seen[0]) if seen else self.without

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
        found = [[rule.judge(token).found for rule in self._rules] for token in seen]
        errors = {each for some in found for each in some} - {Found.MISSING}
        if Found.ACCEPTED in errors or (Found.AUDIENCE in errors and len(errors) > 1):
            return _SEVERAL
        return self._refused(found[0])

    def _only(self, token: AnyToken) -> TokenResult:
        """What becomes of a request with one token and nothing else that may be one."""
        judged = [rule.judge(token) for rule in self._rules]
        found = [each.found for each in judged]
        if token.place is not None and token.place.name in self._ambiguous and found.count(Found.MISSING) < len(found):
            reason = f"what stands before the token in the header {token.place.name}"
            return TokenResult(Outcome.UNKNOWN, reason=f"whether the token is found depends on {reason}")
        if Found.ACCEPTED in found and isinstance(token, Token):
            index = found.index(Found.ACCEPTED)
            passage = self._passages.accepted[index]
            return TokenResult(Outcome.PASSED, judged[index].claims, None, None, None, token, passage)
        return self.without if found.count(Found.MISSING) == len(found) else self._refused(found)

    def _refused(self, found: Sequence[Found]) -> TokenResult:
        """The refusal for what each rule found, which is made once."""
        key = tuple(found)
        refusal = self._refusals.get(key)
        if refusal is None:
            if len(self._refusals) >= _MOST_KEPT:
                self._refusals.clear()
            refusal = self._refusals[key] = self._new_refusal(found)
        return refusal

    def _new_refusal(self, found: Sequence[Found]) -> TokenResult:
        error = _reported(found)
        status = _FORBIDDEN if error is Found.AUDIENCE else _UNAUTHORIZED
        decider, reason = self._decider_of(error, found), error.value
        decision = Decision(Verdict.UNAUTHENTICATED, status, decider, reason)
        return TokenResult(Outcome.REFUSED, None, status, reason, decider, refusal=decision)

    def _decider_of(self, error: Found, found: Sequence[Found]) -> Decider | None:
        """The object that refuses; of a token that cannot be read, only where one object looks at it."""
        if error is Found.ISSUER:
            return None
        deciders = [decider for decider, each in zip(self._deciders, found, strict=True) if each is error]
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
    """Whether an OPTIONS is CORS's question before a request (Fetch, section 3.2), which passes without its token."""
    headers = http.headers
    return all(any(headers.get(name, ())) for name in ("origin", "access-control-request-method"))
