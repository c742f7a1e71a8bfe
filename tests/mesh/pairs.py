"""Requests between every client and every port of a policy, beside those on the borders of its rules.

What is asked at a port is taken from the borders: some requests that the policy lets in there from somebody, and some
that it lets in from nobody. Each of them is sent by every kind of client.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, TypeVar

from tests.mesh.sending import FAULTS
from ztdsl.ir.model import Model, Workload, WorkloadKind
from ztdsl.simulate import Simulator, border_requests
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import AnyToken, Http, InvalidToken, Request, Tls

T = TypeVar("T")

_LET_IN: Final = 4
_KEPT_OUT: Final = 2
_ADDRESSES: Final = 6
_STRANGERS: Final = ("spiffe://{domain}/ns/elsewhere/sa/nobody", "spiffe://foreign.example/ns/elsewhere/sa/nobody")


class _Asked(NamedTuple):
    """What a request is, whoever sends it."""

    http: Http | None
    tokens: tuple[AnyToken, ...]


class _Client(NamedTuple):
    """Who sends a request, and how."""

    peer: str | None
    tls: Tls
    source_ip: str | None = None
    remote_ip: str | None = None


def pair_requests(model: Model) -> Iterator[Request]:
    """For every port of every workload: requests that matter there, from everybody."""
    simulator = Simulator(model)
    borders = [(each, simulator.decide(each).verdict) for each in border_requests(model)]
    inside = _clients(model, [request for request, verdict in borders if verdict is Verdict.ALLOW])
    for workload in model.workloads:
        for port in workload.ports:
            here = _by_name([each for each in borders if _is_at(each[0], workload, port.container)])
            requests = [request for request, _ in here]
            clients = _addresses(requests) if workload.kind is WorkloadKind.GATEWAY else inside
            for asked in _asked(here):
                for client in clients:
                    yield replace(requests[0], **client._asdict(), **asked._asdict(), sni=None)
            yield from _bad_tokens(here)


def _is_at(request: Request, workload: Workload, port: int) -> bool:
    to = request.to
    return (to.namespace, to.labels, to.port) == (workload.namespace, dict(workload.labels), port)


def _by_name(here: list[tuple[Request, Verdict]]) -> list[tuple[Request, Verdict]]:
    """Requests by the service's own name where no rule asks for a host: those pass through a client's sidecar."""
    if len({each.http.host for each, _ in here if each.http is not None}) != 1:
        return here
    return [(replace(each, http=each.http and replace(each.http, host=None)), verdict) for each, verdict in here]


def _clients(model: Model, let_in: Iterable[Request]) -> list[_Client]:
    """Every workload, whoever else is let in somewhere, strangers, and clients without a certificate."""
    domain = model.mesh.trust_domain
    own = [f"spiffe://{domain}/ns/{each.namespace}/sa/{each.service_account}" for each in model.workloads]
    others = [each.peer for each in let_in if each.peer is not None]
    identities = dict.fromkeys([*own, *others, *(each.format(domain=domain) for each in _STRANGERS)])
    return [*(_Client(each, Tls.MTLS) for each in identities), _Client(None, Tls.NONE), _Client(None, Tls.OTHER)]


def _addresses(requests: Iterable[Request]) -> list[_Client]:
    """Clients of a gateway, which it knows by their addresses alone."""
    found = dict.fromkeys((each.source_ip, each.remote_ip) for each in requests if each.tls is Tls.NONE)
    return [_Client(None, Tls.NONE, *each) for each in _spread(list(found), _ADDRESSES)]


def _asked(here: Sequence[tuple[Request, Verdict]]) -> list[_Asked]:
    """Some of what is let in, some of what is not, and what no proxy lets through."""
    let_in = dict.fromkeys(repr(_of(request)) for request, verdict in here if verdict is Verdict.ALLOW)
    kinds = {repr(_of(request)): _of(request) for request, _ in here}
    kept_out = [text for text in kinds if text not in let_in]
    chosen = [kinds[text] for text in (*_spread(list(let_in), _LET_IN), *_spread(kept_out, _KEPT_OUT))]
    http = next((each.http for each in chosen if each.http is not None), None)
    if http is not None:
        chosen += [_Asked(replace(http, path="no-slash"), ()), _Asked(replace(http, path="/a%00b"), ())]
    return chosen


def _of(request: Request) -> _Asked:
    return _Asked(request.http, request.tokens)


def _bad_tokens(here: Sequence[tuple[Request, Verdict]]) -> Iterator[Request]:
    """A request with a token that is let in, with every fault that a token can have."""
    good = next((request for request, verdict in here if verdict is Verdict.ALLOW and request.tokens), None)
    if good is not None:
        for why in FAULTS:
            yield replace(good, tokens=(InvalidToken(why, good.tokens[0].place),))


def _spread(items: Sequence[T], most: int) -> Sequence[T]:
    """At most `most` of the items, taken evenly."""
    return [items[index * len(items) // most] for index in range(most)] if len(items) > most else items
