"""What requests with a token meet at workloads: the token filter first, then the policies."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ztdsl.api.claim_words import without_values
from ztdsl.api.simulate import simulate_request
from ztdsl.checks.place import Place as Where
from ztdsl.checks.sketch import draw
from ztdsl.istio.evaluate.attachment import Attachments
from ztdsl.istio.evaluate.places import AUTHORIZATION, BEARER, cookies
from ztdsl.istio.evaluate.policies import is_enforced
from ztdsl.istio.kinds import AuthorizationPolicy
from ztdsl.token.filter import TokenFilter
from ztdsl.token.jwt import Jwt
from ztdsl.token.locations import Location, locations, tokens_of
from ztdsl.token.status import Status
from ztdsl.traffic.decision import Decider
from ztdsl.traffic.request import Chain, Destination, Http, Place, Request, Tls, Token, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ztdsl.api.simulate import Simulation
    from ztdsl.istio.evaluate.attachment import Attached
    from ztdsl.istio.evaluate.explanation import Miss
    from ztdsl.istio.kinds import JwtRule, Rule
    from ztdsl.scenario.cast import Actor, Door
    from ztdsl.scenario.subject import Subject
    from ztdsl.token.filter import Filtered
    from ztdsl.token.key_set import KeySet
    from ztdsl.traffic.mesh import Mesh

_USERS: Final = "request.auth"
_COOKIE: Final = "cookie"
_IN_BEARER: Final = Location(TokenPlace(Place.HEADER, AUTHORIZATION), BEARER)
_MOST_CALLS: Final = 8


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and what becomes of it with the token.

    Attributes:
        request: the request, without the token.
        simulation: what the policies say.
        about: the rule that it was made for; None where it was made for none.
    """

    request: Request
    simulation: Simulation
    about: Decider | None = None

    @property
    def miss(self) -> Miss | None:
        """Of a refusal for want of a rule, what the rule misses that it was made for, else the nearest one."""
        misses = self.simulation.explanation.misses
        return next((each for each in misses if each.decider == self.about), next(iter(misses), None))


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """One port of a workload, and what requests with the token meet there.

    Attributes:
        workload: its full name.
        port: the container's port.
        filtered: what the token filter makes of the token; None where no RequestAuthentication applies.
        calls: requests that get past the filter, and what the policies say of them.
    """

    workload: str
    port: int
    filtered: Filtered | None = field(repr=False)
    calls: tuple[Call, ...] = field(repr=False)

    @property
    def refusal(self) -> Status | None:
        """Why the filter refuses every request with the token; None where it does not."""
        status = None if self.filtered is None else self.filtered.status
        return None if status in {None, Status.OK, Status.MISSING} else status


def token_accesses(
    subject: Subject, text: str, keys: Callable[[JwtRule], KeySet | None], now: int
) -> Iterator[TokenAccess]:
    """Every HTTP port with rules about tokens or users, and what a request with the token `text` meets there."""
    attachments = Attachments(subject.manifests, subject.mesh)
    for actor in subject.cast.actors:
        for door in actor.doors:
            to = _destination(actor, door)
            attached = attachments.at(to)
            if to.chain is Chain.HTTP and (attached.requests or any(map(_is_about_users, attached.policies))):
                rules = [rule for each in attached.requests for rule in each.jwt_rules]
                own = TokenFilter(rules, keys, now) if rules else None
                yield _access(subject, actor, to, attached, own, text)


def attached_rules(subject: Subject, to: Destination) -> tuple[JwtRule, ...]:
    """The rules about tokens that apply at a destination."""
    found = Attachments(subject.manifests, subject.mesh).at(to).requests
    return tuple(rule for each in found for rule in each.jwt_rules)


def decided(subject: Subject, request: Request, own: TokenFilter | None, filtered: Filtered | None) -> Simulation:
    """What the policies say of a request that the filter lets pass, with the accepted token in place of all texts.

    A header with a token of another issuer that a rule tests stays as it is, so that the verdict is unknown. What a
    claim says that a rule misses is not shown.
    """
    http = request.http
    if own is None or filtered is None or filtered.accepted is None or http is None:
        return simulate_request(subject, request)
    rule, looked = filtered.accepted
    claims = looked.token.claims if isinstance(looked.token, Jwt) else {}
    place = looked.taken.place
    found = {taken.place for each in own.rules for taken in tokens_of(locations(each), http)}
    places = {each for each in found if each == place or f"request.headers[{each.name}]" not in _tested(subject)}
    is_bearer = place == _IN_BEARER.place and any(
        each.place == place and each.prefix and BEARER.startswith(each.prefix) for each in filtered.asked[-1].where
    )
    token = Token(claims, None if is_bearer else place)
    answer = simulate_request(subject, replace(request, http=_emptied(http, places), tokens=(token,)))
    return replace(answer, explanation=without_values(answer.explanation, claims, rule.space_delimited_claims))


def _tested(subject: Subject) -> set[str]:
    """The keys of conditions, in lower case."""
    policies = [each for each in subject.manifests if isinstance(each, AuthorizationPolicy)]
    return {condition.key.lower() for each in policies for rule in each.rules for condition in rule.conditions}


def _access(
    subject: Subject, actor: Actor, to: Destination, attached: Attached, own: TokenFilter | None, text: str
) -> TokenAccess:
    where = _location(own, text)
    calls: list[Call] = []
    filtered = None if own is None else own.run(_with_token(Http("GET", "/", None, {}), where, text))
    if filtered is None or filtered.status in {Status.OK, Status.MISSING}:
        for about, request in _requests(subject.mesh, to, attached.policies):
            http = _with_token(request.http or Http("GET", "/", None, {}), where, text)
            whole = replace(request, http=http)
            passed = None if own is None else own.run(http)
            calls.append(Call(request, decided(subject, whole, own, passed), about))
    return TokenAccess(actor.full_name, to.port or 0, filtered, tuple(calls))


def _destination(actor: Actor, door: Door) -> Destination:
    chain = door.chain or Chain.HTTP
    return Destination(
        actor.namespace, actor.labels, door.number, chain, actor.proxy, trusted_proxies=actor.trusted_proxies
    )


def _requests(
    mesh: Mesh, to: Destination, policies: Sequence[AuthorizationPolicy]
) -> Iterator[tuple[Decider | None, Request]]:
    """A request for each rule that allows something at the destination, none twice; a plain one where there is none."""
    where = Where(to.namespace, to.labels or {}, to.proxy)
    drawn: dict[object, tuple[Decider | None, Request]] = {}
    for policy in policies:
        for index, rule in enumerate(policy.rules) if policy.action == "ALLOW" and is_enforced(policy) else ():
            about = Decider("AuthorizationPolicy", policy.meta.namespace, policy.meta.name, index)
            if _is_about(rule, to.port):
                for request in list(draw(where, mesh, rule, namespace=policy.meta.namespace, port=to.port))[:1]:
                    whole = replace(request, to=to, tokens=())
                    drawn.setdefault((whole.peer, repr(whole.http)), (about, whole))
    plain = Request(to, None, Tls.NONE, http=Http("GET", "/", None, {}))
    yield from list(drawn.values())[:_MOST_CALLS] or [(None, plain)]


def _is_about(rule: Rule, port: int | None) -> bool:
    """Whether a rule is about a port."""
    return not rule.operations or any(not each.ports or str(port) in each.ports for each in rule.operations)


def _is_about_users(policy: AuthorizationPolicy) -> bool:
    return any(
        any(source.request_principals or source.not_request_principals for source in rule.sources)
        or any(each.key.startswith(_USERS) for each in rule.conditions)
        for rule in policy.rules
    )


def _location(own: TokenFilter | None, text: str) -> Location:
    """Where a client would put the token: the first place of the rule that accepts it, else of the first rule."""
    if own is None:
        return _IN_BEARER
    accepting = [rule for rule in own.rules if own.judge(text, rule)[1].status in {None, Status.OK}]
    found = [each for rule in (*accepting, *own.rules)[:1] for each in locations(rule)]
    return found[0] if found else _IN_BEARER


def _with_token(http: Http, where: Location, text: str) -> Http:
    """The request with the token at a location."""
    name, headers, path = where.place.name, dict(http.headers), http.path
    if where.place.place is Place.HEADER:
        headers[name] = (where.prefix + text,)
    elif where.place.place is Place.COOKIE:
        headers[_COOKIE] = (*headers.get(_COOKIE, ()), f"{name}={text}")
    else:
        path = f"{path}{'&' if '?' in path else '?'}{name}={text}"
    return Http(http.method, path, http.host, headers)


def _emptied(http: Http, places: set[TokenPlace]) -> Http:
    """The request without what stands at places of tokens."""
    names = {kind: {each.name for each in places if each.place is kind} for kind in Place}
    headers = {name: lines for name, lines in http.headers.items() if name not in names[Place.HEADER]}
    if names[Place.COOKIE] and _COOKIE in headers:
        kept = {name: value for name, value in cookies(headers[_COOKIE]).items() if name not in names[Place.COOKIE]}
        headers.pop(_COOKIE)
        headers |= {_COOKIE: ("; ".join(f"{name}={value}" for name, value in kept.items()),)} if kept else {}
    base, mark, query = http.path.partition("?")
    pairs = [pair for pair in query.split("&") if pair and pair.partition("=")[0] not in names[Place.PARAM]]
    return Http(http.method, f"{base}{mark if pairs else ''}{'&'.join(pairs)}", http.host, headers)


def shown_caller(request: Request) -> str:
    """Who calls, in words."""
    if request.peer is None:
        return "a client without identity"
    return request.peer.removeprefix("spiffe://")


def verdict_document(call: Call) -> dict[str, Any]:
    """One call as JSON."""
    http = call.request.http
    return {
        "method": None if http is None else http.method,
        "path": None if http is None else http.path,
        "from": call.request.peer,
        **call.simulation.to_dict(),
    }
