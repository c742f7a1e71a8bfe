"""Requests that are predicted, sent and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.mesh.sending import CannotSend, Sender, Sending
from ztdsl.istio.evaluate import Evaluator
from ztdsl.simulate import Simulator
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.request import Request
from ztdsl.traffic.shown import request_document

_CLOSED: Final = {Verdict.DENY, Verdict.REFUSED}


@dataclass
class Tally:
    """What came of requests.

    Attributes:
        agreed: how many requests met what was predicted, by verdict.
        unknown: how many neither side could predict.
        unsent: how many the lab cannot send, by reason.
        different: the requests that met something else.
    """

    agreed: Counter[Verdict] = field(default_factory=Counter)
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
    seen: set[str] = set()
    for request in requests:
        try:
            sending = sender.prepare(request)
        except CannotSend as reason:
            tally.unsent[str(reason)] += 1
            continue
        key = repr((sending.pod.address, sending.job))
        if key not in seen:
            seen.add(key)
            _compare(sending, manifests, policy, tally)
    return tally


def _compare(sending: Sending, manifests: Evaluator, policy: Simulator | None, tally: Tally) -> None:
    predicted = manifests.decide(sending.request)
    meant = None if policy is None else policy.decide(sending.request)
    if predicted.verdict is Verdict.UNKNOWN:
        tally.unknown += 1
        return
    met, answer = sending.verdict()
    is_status = predicted.status is None or "status" not in answer or answer["status"] == predicted.status
    is_meant = meant is None or meant.verdict in {predicted.verdict, Verdict.UNKNOWN}
    if _is_same(predicted.verdict, met, sending.request) and is_meant and (is_status or met is Verdict.REFUSED):
        tally.agreed[predicted.verdict] += 1
        return
    tally.different.append(
        {
            "request": request_document(sending.request),
            "predicted": f"{predicted.verdict} {predicted.status} {predicted.decided_by} {predicted.reason}",
            "meant": None if meant is None else str(meant.verdict),
            "met": str(met),
            "answer": answer,
            "job": dict(sending.job),
            "from": sending.pod.spec.name,
        }
    )


def _is_same(predicted: Verdict, met: Verdict, request: Request) -> bool:
    """Whether a client met what was predicted: one of bytes sees a denied connection closed, like a refused one."""
    if request.http is None and predicted in _CLOSED:
        return met in _CLOSED
    return predicted is met
