"""For each rule: a request that it is about, and requests that differ from that one in one thing."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from ztdsl.ir.model import Effect, WorkloadKind
from ztdsl.simulate.borders import asked, peers, users
from ztdsl.simulate.borders.draft import Draft
from ztdsl.simulate.borders.peers import spread
from ztdsl.simulate.places import Atlas
from ztdsl.traffic.request import Chain, Proxy, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.ir import values
    from ztdsl.ir.model import Model, Rule, Workload
    from ztdsl.traffic.request import Request

MOST_A_RULE: Final = 60
# Fewer requests than this say little of a rule: a few for each of its parts.
FEWEST_A_RULE: Final = 12
_SHARE_OF_WORKLOADS: Final = 5
_MOST: Final = 4
_UNDECLARED: Final = 9


def border_requests(model: Model, limit: int | None = None) -> Iterator[Request]:
    """Requests on both sides of every border of every rule, each once, always in the same order.

    There are at most `MOST_A_RULE` for each rule and a few for each workload, so that their number grows with the
    model as it is written. With `limit`, there are no more than that, around rules and workloads that stand evenly in
    the model.
    """
    surveyor = Surveyor(model)
    if limit is None:
        rules = chain.from_iterable(map(surveyor.around_rule, model.rules))
        workloads = chain.from_iterable(map(surveyor.around_workload, model.workloads))
        return (draft.request() for draft in _once(chain(rules, workloads)))
    return (draft.request() for draft in islice(_once(_sample(surveyor, model, limit)), limit))


def _sample(surveyor: Surveyor, model: Model, limit: int) -> Iterator[Draft]:
    """Some drafts around a few workloads, more around rules, then what is left around any workloads."""
    share = limit // _SHARE_OF_WORKLOADS
    few = spread(model.workloads, max(1, share // FEWEST_A_RULE))
    yield from islice(chain.from_iterable(map(surveyor.around_workload, few)), share)
    most = max(FEWEST_A_RULE, limit // max(1, len(model.rules)))
    for rule in spread(model.rules, limit // most + 1):
        yield from islice(surveyor.around_rule(rule), most)
    yield from chain.from_iterable(map(surveyor.around_workload, spread(model.workloads, limit)))


def _once(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """The drafts, each the first time only; a hash stands for each, since there can be very many."""
    seen: set[int] = set()
    for draft in drafts:
        key = hash(draft.key())
        if key not in seen:
            seen.add(key)
            yield draft


class Surveyor:
    """Finds the requests on both sides of single rules and workloads of one model."""

    def __init__(self, model: Model) -> None:
        self._mesh = model.mesh
        self._atlas = Atlas(model)
        self._issuers = {each.issuer: each for each in model.issuers}
        self._owned = {each.name for each in model.namespaces}
        self._workloads: dict[str, list[Workload]] = {}
        for each in model.workloads:
            self._workloads.setdefault(each.namespace, []).append(each)
        self._allowing: dict[tuple[str, str | None, int], Rule] = {}
        for rule in model.rules:
            if rule.effect is Effect.ALLOW and rule.dry_run is None:
                for port in rule.ports:
                    self._allowing.setdefault((rule.namespace, rule.workload, port), rule)

    def around_rule(self, rule: Rule) -> Iterator[Draft]:
        """At most `MOST_A_RULE` requests beside the borders of `rule`, the first of them one that it is about."""
        return islice(_once(self._around(rule)), MOST_A_RULE)

    def around_workload(self, workload: Workload) -> Iterator[Draft]:
        """A stranger's request to each port and to one that is not declared, with and without an identity."""
        for port in (*workload.ports, None):
            number = _UNDECLARED if port is None else port.container
            is_http = port is not None and port.protocol.is_http
            bare = _bare(workload, workload.namespace, number, Chain.HTTP if is_http else Chain.TCP)
            draft = peers.stranger(bare, self._mesh)
            yield draft
            yield from peers.without_identity(draft)

    def _around(self, rule: Rule) -> Iterator[Draft]:
        ports = self._atlas.host_ports(rule)
        callers = spread(rule.callers, _MOST)
        wanted = spread(rule.requests, _MOST)
        first = self._met(rule, self._allowed(rule))
        yield first
        # Another caller of the rule must not hide that this one is missed; a refusal needs someone to be let in.
        other = first if rule.effect is Effect.DENY else peers.stranger(first.but(token=None), self._mesh)
        yield from _in_turn(
            [
                self._elsewhere(rule, first),
                peers.without_identity(first),
                *[self._near_caller(caller, self._from(caller, other)) for caller in callers],
                *[part for each in wanted for part in self._near_request(each, first, ports)],
                _server_names(rule, first),
            ]
        )

    def _allowed(self, rule: Rule) -> Draft:
        """What a refusal takes away from: a request that another rule lets in; a stranger's for other rules."""
        base = self._base(rule)
        if rule.effect is not Effect.DENY:
            return base
        place = (rule.namespace, rule.workload, base.port)
        letting_in = self._allowing.get(place) or self._allowing.get((rule.namespace, None, base.port))
        return base if letting_in is None else self._met(letting_in, base)

    def _met(self, rule: Rule, draft: Draft) -> Draft:
        """The draft as the first request of the first caller that `rule` names."""
        made = self._from(rule.callers[0], draft)
        return asked.met(rule.requests[0], made, self._atlas.host_ports(rule)) if rule.requests else made

    def _base(self, rule: Rule) -> Draft:
        """A stranger's request to the first port of the rule."""
        port = rule.ports[0]
        serving = [
            each
            for each in self._workloads.get(rule.namespace, ())
            if rule.workload == each.name
            or (rule.workload is None and any(own.container == port for own in each.ports))
        ]
        protocol = Chain.TCP if rule.is_tcp else Chain.HTTP
        draft = _bare(serving[0] if serving else None, rule.namespace, port, protocol)
        sni = rule.server_names[0].replace("*", "a") if rule.server_names else None
        return peers.stranger(draft, self._mesh).but(sni=sni)

    def _from(self, caller: values.Caller, draft: Draft) -> Draft:
        made = peers.met(caller.source, draft, self._mesh)
        if caller.user is None:
            return made
        return made.but(token=users.met(caller.user, self._issuers[caller.user.issuer]))

    def _near_caller(self, caller: values.Caller, draft: Draft) -> Iterator[Draft]:
        yield draft
        tokens: Iterable[Draft] = ()
        if caller.user is not None:
            issuer = self._issuers[caller.user.issuer]
            tokens = (draft.but(token=token) for token in users.near(caller.user, issuer))
        yield from _in_turn([peers.near(caller.source, draft, self._mesh), iter(tokens)])

    @staticmethod
    def _near_request(wanted: values.Request, first: Draft, ports: frozenset[int]) -> Iterator[Iterator[Draft]]:
        draft = asked.met(wanted, first, ports)
        yield iter((draft,))
        yield from asked.near(wanted, draft, ports)

    def _elsewhere(self, rule: Rule, first: Draft) -> Iterator[Draft]:
        """The same request to other ports, to a pod that nobody declares, and to other workloads of the namespace."""
        for port in rule.ports[1:_MOST]:
            yield first.but(port=port)
        yield first.but(port=_UNDECLARED)
        if rule.namespace in self._owned:
            others = {name: f"{value}x" for name, value in first.labels.items()}
            yield first.but(labels=others, proxy=Proxy.SIDECAR, trusted_proxies=None)
        for workload in spread(self._workloads.get(rule.namespace, ()), _MOST):
            labels = dict(workload.labels)
            is_here = labels == first.labels
            for port in spread(workload.ports, _MOST):
                is_alike = port.protocol.is_http is not rule.is_tcp
                if is_alike and _proxy(workload) is first.proxy and not (is_here and port.container == first.port):
                    proxies = workload.trusted_proxies
                    yield first.but(labels=labels, port=port.container, trusted_proxies=proxies)


def _bare(workload: Workload | None, namespace: str, port: int, protocol: Chain) -> Draft:
    if workload is None:
        return Draft(namespace, {}, port, protocol, Proxy.SIDECAR)
    labels, proxies = dict(workload.labels), workload.trusted_proxies
    return Draft(namespace, labels, port, protocol, _proxy(workload), trusted_proxies=proxies)


def _proxy(workload: Workload) -> Proxy:
    return Proxy.GATEWAY if workload.kind is WorkloadKind.GATEWAY else Proxy.SIDECAR


def _server_names(rule: Rule, first: Draft) -> Iterator[Draft]:
    for name in spread(rule.server_names, _MOST):
        met = name.replace("*", "a")
        for sni in (met, met.upper(), f"x{met}", name.removeprefix("*."), None):
            yield first.but(sni=sni, tls=Tls.OTHER if first.peer is None else first.tls)


def _in_turn(groups: Iterable[Iterator[Draft]]) -> Iterator[Draft]:
    """One draft of each group, then the next of each, so that no group is left out where many are cut off."""
    left = list(groups)
    while left:
        going: list[Iterator[Draft]] = []
        for group in left:
            draft = next(group, None)
            if draft is not None:
                yield draft
                going.append(group)
        left = going
