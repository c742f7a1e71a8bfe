"""One policy is applied over another while clients go on sending: what they meet that neither policy says.

A request is wrongly refused if both policies allow it and it is refused in between; it is wrongly let through if both
refuse it and it is let through in between.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

from tests.conformance.lab import tokens
from tests.mesh.changes import FACTS, KEYS, Change, world
from tests.mesh.meeting import verdict_of
from tests.mesh.mesh import Mesh
from tests.mesh.pod import PodConnection
from tests.mesh.processes import Stopped
from tests.mesh.sending import Sender, Sending
from tests.mesh.world import pods_of, services_of
from ztdsl.istio.document import document
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.kinds import Manifest
from ztdsl.traffic.decision import Verdict

_PATIENCE: Final = 20.0
_PAUSE: Final = 0.01
_PACE: Final = 0.01
"""Between two requests of a client, so that the clients leave the machine to what they watch."""
_ROUNDS: Final = 3
_KINDS: Final = "authorizationpolicies,requestauthentications,peerauthentications"

Order = Callable[[Sequence[Manifest]], list[Manifest]]


class Way(NamedTuple):
    """How objects are applied.

    Attributes:
        order: of those that are applied.
        is_stepwise: each takes effect before the next is applied, so that every state in between is seen; else one
            `kubectl apply` has all of them.
        deletes_first: what the newer policy no longer has is deleted before the rest is applied, not after.
    """

    order: Order
    is_stepwise: bool
    deletes_first: bool = False


class Met(NamedTuple):
    """One request: when it was sent and answered, in seconds, and whether it was let through."""

    sent: float
    answered: float
    is_allowed: bool


@dataclass(frozen=True)
class Wrong:
    """Requests of one kind that met what neither policy says.

    Attributes:
        count: how many.
        milliseconds: from the first that was sent to the last that was answered.
    """

    count: int = 0
    milliseconds: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What clients met during one transition.

    Attributes:
        sent: how many requests.
        refused: those that both policies allow.
        let_through: those that both policies refuse.
        milliseconds: from the first object applied until the last request met the newer policy.
    """

    sent: int
    refused: Wrong
    let_through: Wrong
    milliseconds: float


class Client(threading.Thread):
    """Sends one request again and again."""

    def __init__(self, sending: Sending, before: Verdict, after: Verdict) -> None:
        super().__init__(daemon=True)
        self.before, self.after = before is Verdict.ALLOW, after is Verdict.ALLOW
        self.met: list[Met] = []
        self._sending = sending
        self._connection: PodConnection = sending.pod.connection()
        self._is_over = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        """Send until the end is asked for."""
        through_sidecar = self._sending.pod.spec.proxy == "sidecar"
        try:
            while not self._is_over.wait(_PACE):
                sent = time.monotonic()
                answer = self._connection.call(self._sending.job)
                verdict = verdict_of(answer, through_sidecar=through_sidecar)
                self.met.append(Met(sent, time.monotonic(), verdict is Verdict.ALLOW))
        except Exception as failure:  # noqa: BLE001 - handed to whoever waits for this client
            self.failure = failure
        finally:
            self._connection.close()

    def end(self) -> None:
        """Send no more."""
        self._is_over.set()
        self.join()

    def wait_for(self, *, is_allowed: bool) -> None:
        """Return when the last few answers are of that kind: proxies may answer once more by what was before.

        Raises:
            Stopped: they do not become so.
        """
        start, end = time.monotonic(), time.monotonic() + _PATIENCE
        while not self._is_steady(start, is_allowed):
            if self.failure is not None:
                raise self.failure
            if time.monotonic() > end:
                message = f"{self._sending.job} is not {'allowed' if is_allowed else 'refused'}: {self.met[-3:]}"
                raise Stopped(message)
            time.sleep(_PAUSE)

    def _is_steady(self, start: float, is_allowed: bool) -> bool:
        last = self.met[-_ROUNDS:]
        return len(last) == _ROUNDS and last[0].sent > start and all(each.is_allowed is is_allowed for each in last)

    def wrong_since(self, start: float) -> Wrong:
        """The requests that met what neither policy says."""
        if self.before is not self.after:
            return Wrong()
        wrong = [each for each in self.met if each.answered > start and each.is_allowed is not self.after]
        return Wrong(len(wrong), 1000 * (wrong[-1].answered - wrong[0].sent)) if wrong else Wrong()

    def last_old(self, start: float) -> float:
        """Milliseconds after `start` until the last answer that the newer policy does not give."""
        late = [each.answered for each in self.met if each.answered > start and each.is_allowed is not self.after]
        return 1000 * (late[-1] - start) if late else 0.0


class Transitions:
    """A mesh in which policies change."""

    def __init__(self, mesh: Mesh) -> None:
        model = world()
        for uri in KEYS:
            mesh.key_server.serve(uri, tokens.key_set())
        mesh.add_pods(pods_of(model))
        mesh.add_services(services_of(model))
        mesh.settle()
        self._mesh = mesh
        self._sender = Sender(mesh, FACTS.trust_domain)

    def go(self, change: Change, way: Way) -> Outcome:
        """Go from the older policy to the newer one while clients send.

        Raises:
            Stopped: clients meet something else than `istio.evaluate` says before, or in the end; or a proxy refuses
                something.
        """
        self._clear()
        if change.before:
            self._mesh.cluster.apply(map(document, change.before))
        self._mesh.settle()
        with self._clients(change) as clients:
            for each in clients:
                each.wait_for(is_allowed=each.before)
            start = time.monotonic()
            self._apply(change, way)
            self._mesh.settle()
            for each in clients:
                each.wait_for(is_allowed=each.after)
        return _outcome(clients, start)

    @contextmanager
    def _clients(self, change: Change) -> Iterator[list[Client]]:
        before, after = Evaluator(change.before, FACTS), Evaluator(change.after, FACTS)
        sendings = [self._sender.prepare(each) for each in change.requests]
        clients = [
            Client(each, before.decide(each.request).verdict, after.decide(each.request).verdict) for each in sendings
        ]
        try:
            for each in clients:
                each.start()
            yield clients
        finally:
            for each in clients:
                each.end()

    def _apply(self, change: Change, way: Way) -> None:
        if way.deletes_first:
            self._delete(change.deleted, way)
        for part in _parts(way.order(change.after), way):
            self._mesh.cluster.apply(map(document, part))
            self._take_effect(way)
        if not way.deletes_first:
            self._delete(change.deleted, way)

    def _delete(self, gone: Sequence[Manifest], way: Way) -> None:
        for part in _parts(gone, way):
            plain = {"apiVersion": "v1", "kind": "List", "items": [document(each) for each in part]}
            self._mesh.cluster.kubectl("delete", "-f", "-", stdin=json.dumps(plain))
            self._take_effect(way)

    def _take_effect(self, way: Way) -> None:
        if way.is_stepwise:
            self._mesh.settle()

    def _clear(self) -> None:
        for space in ("shop", "istio-system"):
            self._mesh.cluster.kubectl("delete", _KINDS, "--all", f"--namespace={space}")


@contextmanager
def transitions(name: str) -> Iterator[Transitions]:
    """A mesh of that name in which policies change; it ends with the block.

    Raises:
        NoMesh: none can run here.
    """
    hosts = [uri.split("/")[2] for uri in KEYS]
    with Mesh(name, FACTS, key_hosts=hosts) as mesh:
        yield Transitions(mesh)


def _parts(manifests: Sequence[Manifest], way: Way) -> list[Sequence[Manifest]]:
    """What one command is given."""
    if way.is_stepwise:
        return [[each] for each in manifests]
    return [manifests] if manifests else []


def _outcome(clients: Iterable[Client], start: float) -> Outcome:
    known = list(clients)
    return Outcome(
        sent=sum(each.answered > start for client in known for each in client.met),
        refused=_worst(client.wrong_since(start) for client in known if client.after),
        let_through=_worst(client.wrong_since(start) for client in known if not client.after),
        milliseconds=max(client.last_old(start) for client in known),
    )


def _worst(found: Iterable[Wrong]) -> Wrong:
    """The number of all, and the longest time."""
    known = list(found)
    return Wrong(sum(each.count for each in known), max((each.milliseconds for each in known), default=0.0))
