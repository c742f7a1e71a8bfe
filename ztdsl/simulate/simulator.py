"""Requests decided from the Model alone, as the policy's author means it.

Nothing here knows manifests. What Istio will do is worked out elsewhere, from manifests alone, and the two are held
against each other: that is what finds mistakes in either, and in what stands between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.ir.model import Effect
from ztdsl.simulate.answer import Answer, seen, unknown
from ztdsl.simulate.callers import is_any_caller
from ztdsl.simulate.facts import facts
from ztdsl.simulate.headers import headers_at
from ztdsl.simulate.malformed import Malformed, method_of, oddity, path_of
from ztdsl.simulate.places import NO_LABELS, Atlas
from ztdsl.simulate.requests import is_any_request, is_server_name
from ztdsl.simulate.tokens import Refusal, token_of
from ztdsl.simulate.truth import Truth, Unknown, all_of
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain, Proxy, Tls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.ir.model import Model, Rule
    from ztdsl.simulate.facts import Facts
    from ztdsl.simulate.places import Place
    from ztdsl.traffic.request import Http, Request

_FINE: Final = 200
_FORBIDDEN: Final = 403
_NOT_ALLOWED: Final = "no rule allows it, and what no rule allows is refused"
_EVERYWHERE: Final = "it is so at every workload and port that can be meant"
_NO_PORT: Final = "the port that is called is not known"
_OTHER_PROTOCOL: Final = Unknown("a rule about requests concerns the port at other workloads, or one about connections")
_OPEN: Final = "the namespace is open, and no rule allows anything at the workload"


class Simulator:
    """Decides requests from a model alone."""

    def __init__(self, model: Model) -> None:
        self._mesh = model.mesh
        self._atlas = Atlas(model)
        domains = (*model.mesh.trust_domains, *model.mesh.federated_trust_domains)
        self._methods = frozenset(
            method for rule in model.rules for asked in rule.requests for method in (*asked.methods, *asked.not_methods)
        )
        self._accepted = tuple(f"spiffe://{domain}/" for domain in domains)

    def decide(self, request: Request) -> Answer:
        """What the author meant to happen to `request`; unknown, with the reason, where that is not known."""
        places = self._atlas.places(request.to)
        if isinstance(places, Unknown):
            return unknown(places.reason)
        answers = [self._at(place, port, request) for place in places for port in _ports(place, request)]
        if len(answers) == 1:
            return answers[0]
        return _common(answers) or unknown(NO_LABELS if request.to.labels is None else _NO_PORT)

    def _at(self, place: Place, port: int | None, request: Request) -> Answer:
        """The answer at one port of one place."""
        refused = self._refusal(place, port, request)
        if refused is not None:
            return refused
        declared = None if port is None else place.ports.get(port)
        is_http = request.to.chain is Chain.HTTP
        if declared is not None and not place.serves(declared.container, is_http=is_http):
            return unknown(f"the policy declares port {port} as {declared.protocol}, and the request is none of that")
        if not is_http:
            return self._decided(place, port, facts(request, "", None, {}, self._trusted(place, request)), None)
        if request.http is None:
            return unknown("the port serves HTTP, and no request is given")
        return self._http(place, port, request, request.http)

    def _refusal(self, place: Place, port: int | None, request: Request) -> Answer | None:
        """The answer to a connection that a sidecar does not take; a gateway's TLS is no matter of policies."""
        if request.to.proxy is Proxy.GATEWAY:
            return None
        if request.tls is Tls.MTLS:
            if request.peer is None:
                return Answer(Verdict.REFUSED, None, reason="the client shows no certificate")
            if request.peer.startswith(self._accepted):
                return None
            return Answer(Verdict.REFUSED, None, reason="the mesh does not accept the client's trust domain")
        if not place.accepts_plaintext(port):
            return Answer(Verdict.REFUSED, None, reason="the port takes mutual TLS only")
        if request.tls is Tls.OTHER and request.to.chain is Chain.HTTP:
            return Answer(Verdict.REFUSED, None, reason="the port takes mutual TLS or plaintext, and no other TLS")
        return None

    def _http(self, place: Place, port: int | None, request: Request, http: Http) -> Answer:
        method = method_of(http, self._methods)
        if isinstance(method, Unknown):
            return unknown(method.reason)
        if isinstance(method, Malformed):
            return _rejected(method, http)
        if (odd := oddity(http)) is not None:
            return unknown(odd.reason)
        path = path_of(http, self._mesh.path_normalization)
        if isinstance(path, Malformed):
            return _rejected(path, http)
        token = token_of(place.issuers, request)
        if isinstance(token, Unknown):
            return unknown(token.reason)
        if isinstance(token, Refusal):
            return Answer(Verdict.UNAUTHENTICATED, seen(token.status, http), reason=token.reason)
        headers = headers_at(request, http, place.issuers, token)
        return self._decided(place, port, facts(request, path, token, headers, self._trusted(place, request)), http)

    def _trusted(self, place: Place, request: Request) -> int:
        own = request.to.trusted_proxies
        if own is None and place.workload is not None:
            own = place.workload.trusted_proxies
        return self._mesh.trusted_proxies if own is None else own

    def _decided(self, place: Place, port: int | None, known: Facts, http: Http | None) -> Answer:
        """What the rules about the port say: a refusal beats an allowance."""
        about = place.doorway(port)
        beside = _Beside(self._true(about.dry_run, known, http), self._true(about.audit, known, http))
        denied = self._truths(about.deny, known, http)
        allowed = self._truths(about.allow, known, http)
        for rule, truth in denied:
            if truth is True:
                return _refused(rule, None, http, beside)
        allowing = tuple([rule for rule, truth in allowed if truth is True])
        doubts = [truth for _, truth in denied if isinstance(truth, Unknown)]
        if not allowing and place.is_closed:
            doubts_of_allowing = [truth for _, truth in allowed if isinstance(truth, Unknown)]
            if not doubts_of_allowing:
                return _refused(None, _NOT_ALLOWED, http, beside)
            doubts += doubts_of_allowing
        if doubts:
            return Answer(Verdict.UNKNOWN, None, None, doubts[0].reason, beside.dry_run, beside.audit)
        reason = None if allowing else _OPEN
        first = allowing[0] if allowing else None
        return Answer(Verdict.ALLOW, seen(_FINE, http), first, reason, beside.dry_run, beside.audit, allowing)

    def _true(self, rules: Sequence[Rule], known: Facts, http: Http | None) -> tuple[Rule, ...]:
        return tuple([rule for rule, truth in self._truths(rules, known, http) if truth is True])

    def _truths(self, rules: Sequence[Rule], known: Facts, http: Http | None) -> list[tuple[Rule, Truth]]:
        return [(rule, self._matches(rule, known, is_http=http is not None)) for rule in rules]

    def _matches(self, rule: Rule, known: Facts, *, is_http: bool) -> Truth:
        if rule.is_tcp is is_http:
            return _OTHER_PROTOCOL
        if rule.is_tcp:
            what: Truth = is_server_name(rule.server_names, known.server_name)
        else:
            ports = self._atlas.host_ports(rule)
            what = is_any_request(rule.requests, known, ports, is_deny=rule.effect is Effect.DENY)
        return False if what is False else all_of([what, is_any_caller(rule.callers, known, self._mesh)])


class _Beside(NamedTuple):
    """Rules that match and do not decide."""

    dry_run: tuple[Rule, ...]
    audit: tuple[Rule, ...]


def _rejected(malformed: Malformed, http: Http) -> Answer:
    return Answer(Verdict.REJECTED, seen(malformed.status, http), reason=malformed.reason)


def _refused(rule: Rule | None, reason: str | None, http: Http | None, beside: _Beside) -> Answer:
    """A request is answered, a connection is closed."""
    verdict = Verdict.REFUSED if http is None else Verdict.DENY
    return Answer(verdict, seen(_FORBIDDEN, http), rule, reason, beside.dry_run, beside.audit)


def _common(answers: Sequence[Answer]) -> Answer | None:
    """The answer wherever the request may arrive, with the rules that match everywhere; None if answers differ."""
    first, *others = answers
    if any((each.verdict, each.status) != (first.verdict, first.status) for each in others):
        return None

    def shared(field: str) -> tuple[Rule, ...]:
        return tuple([rule for rule in getattr(first, field) if all(rule in getattr(each, field) for each in others)])

    is_one = all((each.rule, each.reason) == (first.rule, first.reason) for each in others)
    return Answer(
        first.verdict,
        first.status,
        first.rule if is_one else None,
        first.reason if is_one else _EVERYWHERE,
        shared("dry_run"),
        shared("audit"),
        shared("allowing"),
    )


def _ports(place: Place, request: Request) -> Sequence[int | None]:
    """The port that was called, or all that can be meant where it is not known; None is a port of no rule."""
    if request.to.port is not None:
        return (request.to.port,)
    is_http = request.to.chain is Chain.HTTP
    return (*[number for number in sorted(place.numbers()) if place.serves(number, is_http=is_http)], None)
