"""What happens to requests, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ztdsl.scenario.phrase import address_of, http_of, token_of
from ztdsl.scenario.report import text, title_of
from ztdsl.traffic.answers import Answers, decision_document
from ztdsl.traffic.request import Chain, Request, Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ztdsl.istio.evaluate import Explanation
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.decision import Decider, Decision, Verdict


@dataclass(frozen=True, slots=True)
class Simulation:
    """The answer to one request.

    Attributes:
        request: what was asked.
        explanation: the verdict, what decided, and what stands near it.
        title: the request in one line, in the asker's words.
    """

    subject: Subject
    request: Request
    explanation: Explanation
    title: str

    @property
    def decision(self) -> Decision:
        """The verdict and what decided."""
        return self.explanation.decision

    def text(self, *, color: bool = False) -> str:
        """The answer for people."""
        return text(self.subject, self.title, self.explanation, color=color)

    def to_dict(self) -> dict[str, Any]:
        """The answer as the batch interface gives it, with the rules near it."""
        return {
            **_document(self.subject, self.request.id, self.decision),
            "matching": [_rule(self.subject, decider) for decider in self.explanation.matching],
            "misses": [
                {
                    "rule": _rule(self.subject, miss.decider),
                    "failed": [
                        {"attribute": each.attribute, "expected": list(each.expected), "found": each.found}
                        for each in miss.failed
                    ],
                }
                for miss in self.explanation.misses
            ],
        }


def request_by_name(
    subject: Subject,
    to: str,
    *,
    caller: str | None = None,
    http: str | None = None,
    headers: Sequence[str] = (),
    token: Mapping[str, Any] | None = None,
    now: float = 0.0,
    source_ip: str | None = None,
    remote_ip: str | None = None,
    server_name: str | None = None,
    plaintext: bool = False,
) -> Request:
    """A request in the words of people.

    Args:
        subject: whose workloads the names are of.
        to: `[namespace/]service[:port]`.
        caller: `[namespace/]service` or a SPIFFE identity; None for a client without one.
        http: `METHOD PATH`; None for a connection.
        headers: lines such as `x-team: payments`.
        token: the claims of a token that verifies, or `{"invalid": "why"}`.
        now: when the token is looked at, in seconds since 1970.
        source_ip: the address of the direct peer.
        remote_ip: the address of the original client.
        server_name: the TLS server name that is asked for.
        plaintext: whether the caller connects without mutual TLS.

    Raises:
        UnknownWorkload: a name means no workload, or several.
        Misread: `http`, a header, a token or an address is something else.
    """
    destination = subject.cast.destination(to, Chain.TCP if http is None else Chain.HTTP)
    peer = None if caller is None or plaintext else subject.cast.identity(caller)
    return Request(
        destination,
        peer,
        Tls.NONE if peer is None else Tls.MTLS,
        None if source_ip is None else address_of(source_ip),
        None if remote_ip is None else address_of(remote_ip),
        server_name,
        None if http is None else http_of(http, headers, None),
        () if token is None else (token_of(token, now),),
    )


def simulate_request(subject: Subject, request: Request, title: str | None = None) -> Simulation:
    """What happens to one request, which rules allow it or nearly do.

    Raises:
        Disagreement: a policy's own meaning is another one: a mistake in `ztc`.
    """
    return Simulation(subject, request, subject.explain(request), title or title_of(request))


class MalformedRequest(Exception):  # noqa: N818 - named for what happened
    """A line of the batch interface is not a request; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def simulate_lines(subject: Subject, lines: Iterable[bytes]) -> Iterator[tuple[Verdict, str]]:
    """For each line, a request in JSON, its verdict and the answer as a line of JSON, in order.

    Empty lines are passed over. Nothing is kept of a line once it is answered.

    Raises:
        MalformedRequest: a line is not a request.
    """
    from ztdsl.traffic.lines import request_from_line  # noqa: PLC0415 - for this interface alone

    answers = Answers(partial(_ground, subject))
    for number, line in enumerate(lines, 1):
        try:
            request = request_from_line(line)
        except (ValueError, RecursionError) as error:
            if not line.strip():
                continue
            message = "is nested too deeply" if isinstance(error, RecursionError) else _words(error)
            raise MalformedRequest(number, message) from None
        decision = subject.decide(request)
        yield decision.verdict, answers.line(decision, request.id)


def _ground(subject: Subject, decider: Decider) -> tuple[str | None, str | None]:
    """Why a rule is there, and where it stands."""
    ground = subject.ground(decider)
    return ground.because, ground.source


def _document(subject: Subject, identifier: str | None, decision: Decision) -> dict[str, Any]:
    if decision.decided_by is None:
        return decision_document(decision, identifier)
    return decision_document(decision, identifier, *_ground(subject, decision.decided_by))


def _rule(subject: Subject, decider: Decider) -> dict[str, Any]:
    ground = subject.ground(decider)
    return {
        "kind": decider.kind,
        "namespace": decider.namespace,
        "name": decider.name,
        "rule": decider.rule,
        "source": ground.source,
        "because": ground.because,
    }


def _words(error: ValueError) -> str:
    """What is wrong with a line; of broken JSON only where, because a line may carry a token."""
    if isinstance(error, json.JSONDecodeError):
        return f"is not JSON: {error.msg} at column {error.colno}"
    return str(error) if not isinstance(error, UnicodeDecodeError) else "is not UTF-8"
