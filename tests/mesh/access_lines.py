"""What the proxies of a mesh write of each request into their access logs, in three formats at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.mesh.agreement import is_met
from tests.mesh.pod import Pod
from tests.mesh.sending import CannotSend, Sender, Sending
from ztdsl.istio.evaluate import Evaluator
from ztdsl.log.format import ISTIO_JSON, log_format
from ztdsl.traffic.decision import Decision
from ztdsl.traffic.request import Place, Request
from ztdsl.traffic.shown import request_document

FORMATS: Final = ("text", "json", "ours")
_PATH: Final = "/dev/stdout"
_MOST_ALIKE: Final = 2
_FLUSHED: Final = 3.0
"""Seconds after which a proxy has written what it writes: it does so once a second."""
_PAUSE: Final = 0.05


def configuration(claims: Iterable[str] = (), headers: Iterable[str] = ()) -> dict[str, Any]:
    """What lets each proxy write each request three times.

    As Istio does by default as text and as JSON, and with the keys that `ztc` adds.
    """
    labels = {"json": ISTIO_JSON, "ours": log_format(claims, headers)}
    providers = [{"name": "text", "envoyFileAccessLog": {"path": _PATH}}]
    providers += [
        {"name": name, "envoyFileAccessLog": {"path": _PATH, "logFormat": {"labels": keys}}}
        for name, keys in labels.items()
    ]
    return {"accessLogFile": "", "extensionProviders": providers, "defaultProviders": {"accessLogging": [*FORMATS]}}


@dataclass(frozen=True)
class Written:
    """A request that was sent, and the lines that it caused.

    Attributes:
        request: with the facts that it had.
        decision: of the manifests; the client met it.
        lines: by format, those of the called proxy and those of the caller's sidecar.
    """

    request: Request
    decision: Decision
    lines: Mapping[str, list[str]]

    @property
    def document(self) -> dict[str, Any]:
        """The same as plain data."""
        by = self.decision.decided_by
        return {
            "request": request_document(self.request),
            "verdict": str(self.decision.verdict),
            "status": self.decision.status,
            "decided_by": None if by is None else [by.kind, by.namespace, by.name, by.rule],
            "lines": dict(self.lines),
        }


def chosen(
    sender: Sender, manifests: Evaluator, requests: Iterable[Request], most: int
) -> list[tuple[Sending, Decision]]:
    """At most so many requests, of each verdict and deciding rule at each port, and of each kind of client."""
    alike: dict[object, int] = {}
    found = []
    for request in requests:
        try:
            sending = sender.prepare(request)
        except CannotSend:
            continue
        if any(each.place is not None and each.place.place is not Place.HEADER for each in request.tokens):
            continue  # a token would stand in the line
        decision = manifests.decide(sending.request)
        to = sending.request.to
        key = (
            to.namespace,
            to.labels and tuple(to.labels.items()),
            to.port,
            decision.verdict,
            decision.decided_by,
            sending.way,
        )
        alike[key] = alike.get(key, 0) + 1
        if alike[key] <= _MOST_ALIKE:
            found.append((sending, decision))
    return [found[number * len(found) // most] for number in range(most)] if len(found) > most else found


def written(chosen: Iterable[tuple[Sending, Decision]], pod_of: Callable[[Request], Pod]) -> list[Written]:
    """Send all and collect the lines; at one time no two requests go to one pod, so that its lines are theirs."""
    waiting = [(sending, decision, pod_of(sending.request)) for sending, decision in chosen]
    found = []
    while waiting:
        turn = {pod.address: (sending, decision, pod) for sending, decision, pod in reversed(waiting)}
        waiting = [each for each in waiting if turn[each[2].address][0] is not each[0]]
        found += _round(list(turn.values()))
    return found


def _round(turn: list[tuple[Sending, Decision, Pod]]) -> list[Written]:
    watches = [Watch(pod) for _, _, pod in turn]
    for sending, decision, _ in turn:
        met, answer = sending.verdict()
        assert is_met(decision, met, answer, sending.request), (sending, decision, met, answer)
    end = time.monotonic() + _FLUSHED
    while time.monotonic() < end and not all(watch.is_complete for watch in watches):
        time.sleep(_PAUSE)
    return [
        Written(sending.request, decision, watch.lines())
        for (sending, decision, _), watch in zip(turn, watches, strict=True)
    ]


class Watch:
    """The access log of a pod, read from where it ended."""

    def __init__(self, pod: Pod) -> None:
        self._log = pod.log
        self._end = self._log.stat().st_size

    @property
    def is_complete(self) -> bool:
        """Whether there is a line in every format."""
        return all(self.lines().values())

    def lines(self) -> dict[str, list[str]]:
        """What is new of calls to the pod, by format."""
        found: dict[str, list[str]] = {name: [] for name in FORMATS}
        with self._log.open("rb") as log:
            log.seek(self._end)
            for raw in log:
                line = raw.decode(errors="replace").rstrip("\n")
                form = _form(line)
                if raw.endswith(b"\n") and form is not None and "outbound|" not in line:
                    found[form].append(line)
        return found


def _form(line: str) -> str | None:
    """Which of the three formats a line has; None for what is no access log."""
    if line.startswith('{"'):
        return "ours" if '"ztc":' in line else "json"
    is_access = line.startswith("[20") and '] "' in line[:40]
    return "text" if is_access else None
