"""A request that proves a finding: what Istio answers was asked of the evaluator before anything is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Tls, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.checks.place import Place
    from ztdsl.checks.view import View
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.request import Http, Request

_ANSWERS: Final = {
    Verdict.ALLOW: "is allowed",
    Verdict.DENY: "is denied",
    Verdict.UNAUTHENTICATED: "is answered with {status}",
    Verdict.REFUSED: "is not accepted",
    Verdict.REJECTED: "is answered with {status}",
}


class Witness(NamedTuple):
    """A request, where it goes, and what becomes of it."""

    request: Request
    decision: Decision
    place: Place

    @property
    def words(self) -> str:
        """The request and its answer in one phrase."""
        answer = _ANSWERS[self.decision.verdict].format(status=self.decision.status)
        return f"{described(self.request, self.place)} {answer}"


def witness(view: View, place: Place, requests: Iterable[Request], verdict: Verdict) -> Witness | None:
    """The first of `requests` that meets `verdict`; None if none does, or objects are missing that could decide."""
    for request in requests if view.is_whole else ():
        decision = view.evaluator.decide(request)
        if decision.verdict is verdict:
            return Witness(request, decision, place)
    return None


def described(request: Request, place: Place) -> str:
    """A request in words; of a token only who issued it."""
    what = "a connection" if request.http is None else _http(request.http)
    facts = [
        f"{what} to port {request.to.port} of {place.words}",
        _anonymous(request) if request.peer is None else f"from `{request.peer.removeprefix('spiffe://')}`",
    ]
    if request.http is not None:
        facts.append(_tokens(request))
    return " ".join(fact for fact in facts if fact)


def _http(http: Http) -> str:
    host = "" if http.host in {None, "app.example.com"} else f" with host `{http.host}`"
    headers = ", ".join(f"`{name}: {', '.join(lines)}`" for name, lines in http.headers.items())
    return f"`{http.method} {http.path}`{host}{' with ' + headers if headers else ''}"


def _anonymous(request: Request) -> str:
    return "over TLS of its own" if request.tls in {Tls.OTHER, Tls.MTLS} else "in plaintext"


def _tokens(request: Request) -> str:
    issuers = [token.claims.get("iss") for token in request.tokens if isinstance(token, Token)]
    if not request.tokens:
        return "without a token"
    return f"with a token of `{issuers[0]}`" if issuers and issuers[0] else "with a token"
