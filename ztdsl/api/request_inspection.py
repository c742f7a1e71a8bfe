"""A request as text, at a workload: which token is taken, what the application sees of it, and the verdict.

Nothing here shows or keeps the text of a token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.api.request_text import request_text
from ztdsl.api.token_access import attached_rules, decided
from ztdsl.api.token_inspection import finding_documents, token_findings, too_large
from ztdsl.api.token_rules import Keys, key_set
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.report import Report
from ztdsl.istio.evaluate.places import cookies, params
from ztdsl.token.filter import TokenFilter
from ztdsl.token.http_text import ENVOY_LIMIT, NotARequestError, read_request
from ztdsl.token.locations import locations, tokens_of
from ztdsl.token.outputs import outputs
from ztdsl.token.secret import Hider, looks_like_token
from ztdsl.token.status import Status
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Chain, Place, Request, Tls, TokenPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.api.simulate import Simulation
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.kinds import JwtRule
    from ztdsl.scenario.subject import Subject
    from ztdsl.token.filter import Filtered, Looked
    from ztdsl.traffic.request import Http

_AUTHORIZATION: Final = "authorization"
_COOKIE: Final = "cookie"
TOO_LARGE: Final = 431


class UnreadableRequest(Exception):  # noqa: N818 - named for what happened
    """A text is no request; `why` says what it lacks and shows nothing of it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ManyWorkloads(Exception):  # noqa: N818 - named for what happened
    """No workload was named, and there are several, or none; `candidates` are those that serve HTTP."""

    def __init__(self, candidates: tuple[str, ...]) -> None:
        super().__init__("no workload was named")
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class RequestInspection:
    """What becomes of a request.

    Attributes:
        request: the request, as the proxy has it.
        rules: the rules about tokens that apply.
        filtered: what the token filter makes of it; None where no rule applies.
        simulation: what the policies say; None where the request does not come so far.
        report: the findings.
        to: the workload, in the words that it was asked for.
        strays: tokens where no rule looks.
    """

    request: Request = field(repr=False)
    rules: tuple[JwtRule, ...]
    filtered: Filtered | None = field(repr=False)
    simulation: Simulation | None = field(repr=False)
    report: Report
    to: str
    strays: tuple[TokenPlace, ...]
    is_too_large: bool
    hider: Hider = field(repr=False)

    @property
    def status(self) -> int | None:
        """The status that ends the request before the policies; None where none does."""
        if self.is_too_large:
            return TOO_LARGE
        found = None if self.filtered is None else self.filtered.status
        return None if found in {None, Status.OK, Status.MISSING} else found.http

    @property
    def is_undecided(self) -> bool:
        """Whether keys, or a fact that rules ask for, lack that would decide."""
        is_unknown = self.simulation is not None and self.simulation.decision.verdict is Verdict.UNKNOWN
        return is_unknown or self.is_assumed

    @property
    def is_assumed(self) -> bool:
        """Whether a signature that cannot be checked was taken for a good one."""
        return self.status is None and self.filtered is not None and self.filtered.is_assumed

    def text(self, *, width: int = 80) -> str:
        """The answer for people."""
        return request_text(self, application(self), self.hider.text, width=width)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON."""
        found: dict[str, Any] = self.hider.plain(self._plain())
        return found

    def _plain(self) -> dict[str, Any]:
        filtered = self.filtered
        return {
            "schema": "ztdsl/request/v1",
            "to": self.to,
            "status": self.status,
            "reason": None if self.status is None or filtered is None else filtered.status.value,
            "is_assumed": self.is_assumed,
            "searched": [
                {"issuer": rule.issuer, "locations": [each.words for each in asked.where]}
                for asked in (() if filtered is None else filtered.asked)
                for rule in (asked.rule,)
            ],
            "tokens": [_token_document(rule, each) for rule, each in looked(filtered)],
            "not_searched": [_place_document(each) for each in self.strays],
            "application": application(self),
            "decision": None if self.simulation is None else self.simulation.to_dict(),
            "findings": finding_documents(self.report),
        }


def inspect_request(
    data: bytes,
    subject: Subject,
    *,
    to: str | None = None,
    caller: str | None = None,
    keys: str | None = None,
    now: float,
) -> RequestInspection:
    """What becomes of a request at a workload.

    Args:
        data: the request as it goes over the wire, or what `curl -v` prints.
        subject: the policy or manifests.
        to: `[namespace/]service[:port]`; None where only one workload serves HTTP at one port.
        caller: who calls, by name or SPIFFE identity; None for a client without one.
        keys: a JWK set for every issuer whose keys do not stand in the policy.
        now: when tokens are looked at, in seconds since 1970.

    Raises:
        UnreadableRequest: `data` is no request.
        ManyWorkloads: `to` is None, and not one workload alone can be meant.
        UnknownWorkload: a name means no workload, or several.
        UnreadableKeys: `keys` is no JWK set.
    """
    try:
        sent = read_request(data)
    except NotARequestError as error:
        raise UnreadableRequest(str(error)) from None
    name = to or _only(subject)
    destination = subject.cast.destination(name, Chain.HTTP)
    peer = None if caller is None else subject.cast.identity(caller)
    request = Request(destination, peer, Tls.NONE if peer is None else Tls.MTLS, http=sent.http)
    rules = attached_rules(subject, destination)
    without = [rule for rule in rules if rule.jwks is None]
    own = Keys(None if keys is None else key_set(keys), without)
    token_filter = TokenFilter(rules, own.of, int(now))
    is_large = sent.size > ENVOY_LIMIT
    filtered = token_filter.run(sent.http) if rules and not is_large else None
    goes_on = not is_large and (filtered is None or filtered.status in {Status.OK, Status.MISSING})
    simulation = decided(subject, request, token_filter, filtered) if goes_on else None
    found = tuple(dict.fromkeys(each.place for rule in rules for each in tokens_of(locations(rule), sent.http)))
    strays = tuple(place for place in _tokens_in(sent.http) if place not in found and not is_large)
    problems = list(_findings(filtered, rules, own, _Standing(found, strays), int(now)))
    if is_large:
        problems.insert(0, too_large(sent.size))
    return RequestInspection(
        request,
        rules,
        filtered,
        simulation,
        Report(tuple(problems)),
        name,
        strays,
        is_large,
        Hider(_secrets(sent.http)),
    )


def looked(filtered: Filtered | None) -> list[tuple[JwtRule, Looked]]:
    """The tokens that were looked at, in order, each by the rule that says most of it."""
    found: dict[tuple[TokenPlace, str], tuple[JwtRule, Looked]] = {}
    for asked in () if filtered is None else filtered.asked:
        for each in asked.looked:
            key = (each.taken.place, each.taken.text)
            if key not in found or found[key][1].judgement.status is Status.ISSUER:
                found[key] = (asked.rule, each)
    return list(found.values())


def application(inspection: RequestInspection) -> dict[str, Any]:
    """What the workload sees of the tokens and of the headers that are written of them."""
    filtered, before = inspection.filtered, inspection.request.http
    after = None if filtered is None else filtered.http
    written = sorted({name for rule in inspection.rules for name in outputs(rule)})
    if before is None or after is None:
        return {"forwarded": [], "removed": [], "written": []}
    tokens = [each.taken.place for _, each in looked(filtered)]
    is_there = {place: _stands(after, place) for place in tokens}
    filled = [name for name in written if name in after.headers and filtered is not None and filtered.accepted]
    dropped = [name for name in written if name in before.headers and name not in filled]
    return {
        "forwarded": [_place_document(place) for place, stands in is_there.items() if stands],
        "removed": [
            *(_place_document(place) for place, stands in is_there.items() if not stands),
            *({"in": "header", "name": name} for name in dropped),
        ],
        "written": filled,
    }


def _stands(http: Http, place: TokenPlace) -> bool:
    if place.place is Place.HEADER:
        return place.name in http.headers
    if place.place is Place.PARAM:
        return place.name in params(http.path)
    return place.name in cookies(http.headers.get(_COOKIE, ()))


def _only(subject: Subject) -> str:
    names = tuple(
        f"{actor.full_name}:{door.number}"
        for actor in subject.cast.actors
        for door in actor.doors
        if door.chain is not Chain.TCP
    )
    if len(names) != 1:
        raise ManyWorkloads(names)
    return names[0]


class _Standing(NamedTuple):
    """Where tokens stand: where a rule looks, and where none does."""

    found: tuple[TokenPlace, ...]
    strays: tuple[TokenPlace, ...]


def _findings(
    filtered: Filtered | None, rules: tuple[JwtRule, ...], keys: Keys, standing: _Standing, now: int
) -> Iterator[Diagnostic]:
    for rule, each in looked(filtered):
        yield from token_findings(each.token, each.taken.text, rule, each.judgement, rules, keys=keys, now=now)
    if len(standing.found) > 1 and filtered is not None and not filtered.is_preflight:
        places = ", ".join(f"{each.place} `{each.name}`" for each in standing.found)
        yield diagnostic(
            "ZT767",
            f"the request carries {len(standing.found)} tokens: {places}",
            None,
            notes=["Istio does not say which of several counts; the answer is that of Envoy 1.40"],
            help=["send one token"],
        )
    for place in standing.strays:
        message = f"a token stands in {place.place} `{place.name}`, where no rule looks: nobody reads it"
        help_ = ["declare the place, or send `Authorization: Bearer` and the token: with a capital B and one space"]
        yield diagnostic("ZT768", message, None, help=help_)


def _tokens_in(http: Http) -> Iterator[TokenPlace]:
    """Where something stands that looks like a token."""
    for name, lines in http.headers.items():
        if name != _COOKIE and any(map(looks_like_token, lines)):
            yield TokenPlace(Place.HEADER, name)
    for name, value in params(http.path).items():
        if looks_like_token(value):
            yield TokenPlace(Place.PARAM, name)
    for name, value in cookies(http.headers.get(_COOKIE, ())).items():
        if looks_like_token(value):
            yield TokenPlace(Place.COOKIE, name)


def _secrets(http: Http) -> Iterator[str]:
    """Texts of the request that may be secret: credentials, cookies, and what looks like a token."""
    for name, lines in http.headers.items():
        for line in lines:
            if name == _AUTHORIZATION:
                yield from (line, *line.split())
            elif name == _COOKIE or looks_like_token(line):
                yield line
    for source in (params(http.path), cookies(http.headers.get(_COOKIE, ()))):
        yield from source.values()


def _place_document(place: TokenPlace) -> dict[str, str]:
    return {"in": str(place.place), "name": place.name}


def _token_document(rule: JwtRule, each: Looked) -> dict[str, Any]:
    status = each.judgement.status
    return {
        **_place_document(each.taken.place),
        "issuer": rule.issuer,
        "verdict": "unknown" if status is None else "accepted" if status is Status.OK else "refused",
        "reason": None if status is None else status.value,
    }
