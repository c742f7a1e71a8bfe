"""Requests that are predicted, sent and compared."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.mesh.pod import PodConnection
from tests.mesh.sending import CannotSend, Sender, Sending
from ztdsl.istio.evaluate import Evaluator
from ztdsl.simulate import Simulator
from ztdsl.traffic.decision import Decision, Verdict
from ztdsl.traffic.request import Request
from ztdsl.traffic.shown import request_document

_AT_ONCE: Final = 4
_CLOSED: Final = {Verdict.DENY, Verdict.REFUSED}


@dataclass
class Tally:
    """What came of requests.

    Attributes:
        agreed: how many requests met what was predicted, by verdict.
        ways: how many were sent in which way; see `Sending.way`.
        unknown: how many neither side could predict.
        unsent: how many the lab cannot send, by reason.
        different: the requests that met something else.
    """

    agreed: Counter[Verdict] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    unsent: Counter[str] = field(default_factory=Counter)
    different: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """How many requests went over the wire and were compared."""
        return self.agreed.total() + len(self.different)


def compare(sender: Sender, manifests: Evaluator, policy: Simulator | None, requests: Iterable[Request]) -> Tally:
    """Predict each request twice, from the manifests and from the policy, send it, and compare."""
    tally = Tally()
    predicted: dict[str, _Predicted] = {}
    for request in requests:
        try:
            sending = sender.prepare(request)
        except CannotSend as reason:
            tally.unsent[str(reason)] += 1
            continue
        key = repr((sending.pod.address, sending.job))
        if key in predicted:
            continue
        meant = None if policy is None else policy.decide(sending.request).verdict
        predicted[key] = _Predicted(sending, manifests.decide(sending.request), meant)
    known = [each for each in predicted.values() if each.decision.verdict is not Verdict.UNKNOWN]
    tally.unknown = len(predicted) - len(known)
    for each, (met, answer) in zip(known, send([each.sending for each in known]), strict=True):
        _count(each, met, answer, tally)
    return tally


def send(sendings: Iterable[Sending]) -> list[tuple[Verdict, dict[str, Any]]]:
    """Send all, some of them at the same time; what each client met, in the same order."""
    own = threading.local()
    opened: list[PodConnection] = []

    def one(sending: Sending) -> tuple[Verdict, dict[str, Any]]:
        lines: dict[str, PodConnection] = own.__dict__.setdefault("lines", {})
        if sending.pod.address not in lines:
            lines[sending.pod.address] = sending.pod.connection()
            opened.append(lines[sending.pod.address])
        return sending.verdict(lines[sending.pod.address])

    with ThreadPoolExecutor(_AT_ONCE) as workers:
        answers = list(workers.map(one, sendings))
    for each in opened:
        each.close()
    return answers


class _Predicted(NamedTuple):
    sending: Sending
    decision: Decision
    meant: Verdict | None


def _count(expected: _Predicted, met: Verdict, answer: dict[str, Any], tally: Tally) -> None:
    sending, predicted, meant = expected
    tally.ways[sending.way] += 1
    is_meant = meant in {None, predicted.verdict, Verdict.UNKNOWN}
    if is_met(predicted, met, answer, sending.request) and is_meant:
        tally.agreed[predicted.verdict] += 1
        return
    tally.different.append(
        {
            "request": request_document(sending.request),
            "predicted": f"{predicted.verdict} {predicted.status} {predicted.decided_by} {predicted.reason}",
            "meant": None if meant is None else str(meant),
            "met": str(met),
            "answer": answer,
            "job": dict(sending.job),
            "from": sending.pod.spec.name,
        }
    )


def is_met(predicted: Decision, met: Verdict, answer: Mapping[str, Any], request: Request) -> bool:
    """Whether a client met what was predicted: the verdict, and the status where there is one."""
    is_status = predicted.status is None or "status" not in answer or answer["status"] == predicted.status
    return _is_same(predicted.verdict, met, request) and (is_status or met is Verdict.REFUSED)


def _is_same(predicted: Verdict, met: Verdict, request: Request) -> bool:
    """Whether a client met what was predicted.

    One of bytes sees a denied connection closed, like a refused one. So does one of HTTP/2 whose path does not begin
    with a slash: Envoy's codec ends the connection instead of answering.
    """
    http = request.http
    if http is None and predicted in _CLOSED:
        return met in _CLOSED
    if predicted is Verdict.REJECTED and http is not None and http.is_grpc and not http.path.startswith("/"):
        return met is Verdict.REFUSED
    return predicted is met
