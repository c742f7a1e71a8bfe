"""The token filter of one workload before one request whose tokens are given as text.

Rules are asked in the order of their issuers until one accepts; within a rule every token that it finds must verify,
the last first, and the first one's claims count. A verified token is taken out of the request before the next rule
looks, unless it is forwarded. Where several rules all refuse, each is asked once more, and the request passes if every
one of them now accepts a token or finds none: so a request without a token passes, and so one with a token for each of
two issuers may. Sources: Istio `pilot/pkg/security/authn/policy_applier.go`; Envoy
`source/extensions/filters/http/jwt_authn/{filter,verifier,authenticator}.cc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from ztdsl.istio.evaluate.places import params
from ztdsl.token.judge import judge
from ztdsl.token.jwt import Jwt, read
from ztdsl.token.locations import locations, tokens_of
from ztdsl.token.outputs import outputs
from ztdsl.token.status import Status
from ztdsl.traffic.request import Http, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ztdsl.istio.kinds import JwtRule
    from ztdsl.token.judge import Judgement
    from ztdsl.token.jwt import Broken
    from ztdsl.token.key_set import KeySet
    from ztdsl.token.locations import Location, Taken
    from ztdsl.traffic.request import TokenPlace

_OPTIONS: Final = "OPTIONS"


class Looked(NamedTuple):
    """What one rule made of one token that it found.

    Attributes:
        taken: the token and its place.
        token: the token, read.
        judgement: what the rule says of it.
    """

    taken: Taken
    token: Jwt | Broken
    judgement: Judgement


class Asked(NamedTuple):
    """What one rule made of the request.

    Attributes:
        rule: the rule.
        where: where it looked.
        looked: the tokens that it judged, in that order.
        status: the rule's answer; None where it depends on keys that are not here.
        unjudged: where tokens stand that it found, too, when one before them was refused.
    """

    rule: JwtRule
    where: tuple[Location, ...]
    looked: tuple[Looked, ...]
    status: Status | None
    unjudged: tuple[TokenPlace, ...] = ()


class Filtered(NamedTuple):
    """What becomes of a request at the filter.

    Attributes:
        status: OK for a request that goes on with a token, MISSING for one without, or the refusal.
        asked: the rules that were asked, in their order.
        accepted: what counts of a request with a token: the rule that accepted it, and its first token.
        is_assumed: whether a signature that cannot be checked here was taken for a good one.
        http: the request as it goes on to the policies and the workload; None where it is refused.
        is_preflight: whether it passed unread, as CORS's question before a request does.
    """

    status: Status
    asked: tuple[Asked, ...]
    accepted: tuple[JwtRule, Looked] | None = None
    is_assumed: bool = False
    http: Http | None = None
    is_preflight: bool = False


class TokenFilter:
    """The filter with the rules of all RequestAuthentications that apply to a workload.

    Args:
        rules: their rules.
        keys: the keys of a rule; None where they are not known.
        now: when tokens are looked at, in seconds since 1970.
    """

    def __init__(self, rules: Iterable[JwtRule], keys: Callable[[JwtRule], KeySet | None], now: int) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.issuer or ""))
        self._keys = keys
        self._now = now
        self._read: dict[str, Jwt | Broken] = {}

    def judge(self, text: str, rule: JwtRule) -> tuple[Jwt | Broken, Judgement]:
        """One token, and what one rule makes of it."""
        token = self._read.get(text)
        if token is None:
            token = self._read[text] = read(text)
        return token, judge(token, rule, self._keys(rule), self._now)

    def run(self, http: Http) -> Filtered:
        """What becomes of `http`."""
        if is_preflight(http):
            return Filtered(Status.MISSING, (), http=http, is_preflight=True)
        here = _without_headers(http, {name for rule in self.rules for name in outputs(rule)})
        asked: list[Asked] = []
        for rule in self.rules:
            found, here = self._ask(rule, here)
            asked.append(found)
            if found.status in {None, Status.OK}:
                return _accepted(found, asked, here)
        statuses = [each.status or Status.OK for each in asked]
        if len(self.rules) > 1 and any(each is not Status.MISSING for each in statuses):
            return self._once_more(asked, statuses, here)
        status = reported(statuses)
        return Filtered(status, tuple(asked), http=here if status is Status.MISSING else None)

    def _once_more(self, asked: list[Asked], statuses: list[Status], http: Http) -> Filtered:
        """What becomes of a request that all of several rules refuse."""
        last: Asked | None = None
        is_assumed = False
        for rule in self.rules:
            found, http = self._ask(rule, http)
            asked.append(found)
            if found.status in {None, Status.OK}:
                last, is_assumed = found, is_assumed or found.status is None
            elif found.status is not Status.MISSING:
                return Filtered(reported([*statuses, found.status]), tuple(asked))
        if last is None:
            return Filtered(Status.MISSING, tuple(asked), http=http)
        return _accepted(last, asked, http)._replace(is_assumed=is_assumed)

    def _ask(self, rule: JwtRule, http: Http) -> tuple[Asked, Http]:
        """What `rule` makes of the request, and the request as it leaves it."""
        where = locations(rule)
        looked: list[Looked] = []
        status: Status | None = Status.MISSING
        is_assumed = False
        left = list(tokens_of(where, http))
        while left:
            taken = left.pop()
            token, judgement = self.judge(taken.text, rule)
            looked.append(Looked(taken, token, judgement))
            status = judgement.status
            is_assumed = is_assumed or status is None
            if isinstance(token, Jwt) and status in {None, Status.OK}:
                http = _passed(http, rule, taken.place, token)
            else:
                break
        if status is Status.OK and is_assumed:
            status = None
        return Asked(rule, where, tuple(looked), status, tuple(each.place for each in left)), http


def _accepted(found: Asked, asked: Sequence[Asked], http: Http) -> Filtered:
    """A request that goes on with the token that a rule found first."""
    return Filtered(Status.OK, tuple(asked), (found.rule, found.looked[-1]), found.status is None, http)


def reported(statuses: Sequence[Status]) -> Status:
    """The answer that a client sees of those of all rules (`verifier.cc`)."""
    errors = [each for each in statuses if each is not Status.MISSING]
    if not errors:
        return Status.MISSING
    if errors[0] is not Status.ISSUER:
        return errors[0]
    return next((each for each in reversed(errors) if each is not Status.ISSUER), Status.ISSUER)


def is_preflight(http: Http) -> bool:
    """Whether an OPTIONS is CORS's question before a request (Fetch, section 3.2)."""
    names = ("origin", "access-control-request-method")
    return http.method == _OPTIONS and all(any(http.headers.get(name, ())) for name in names)


def _passed(http: Http, rule: JwtRule, place: TokenPlace, token: Jwt) -> Http:
    """The request after a verified token: with what the rule writes, and without the token if it is not forwarded."""
    headers = dict(http.headers)
    for name, lines in outputs(rule, token).items():
        headers[name] = (*headers.get(name, ()), *lines)
    path = http.path
    if not rule.forward_original_token:
        if place.place is Place.HEADER:
            headers.pop(place.name, None)
        elif place.place is Place.PARAM:
            path = _without_param(path, place.name)
    return Http(http.method, path, http.host, headers)


def _without_headers(http: Http, names: set[str]) -> Http:
    kept = {name: lines for name, lines in http.headers.items() if name not in names}
    return Http(http.method, http.path, http.host, kept)


def _without_param(path: str, name: str) -> str:
    """The path without a parameter; Envoy writes the others anew, sorted by name."""
    kept: Mapping[str, Any] = {key: value for key, value in params(path).items() if key != name}
    pairs = "&".join(f"{quote(key, safe='')}={quote(kept[key], safe='')}" for key in sorted(kept))
    return f"{path.partition('?')[0]}?{pairs}" if pairs else path.partition("?")[0]
