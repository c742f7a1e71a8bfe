"""Connections that ztunnel takes on one side of a change only: it tests so little that each can be tried."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, Literal

from ztdsl.access.choice import request_of
from ztdsl.access.tested import CONNECTION
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ztdsl.access.choice import Choice
    from ztdsl.access.search import Axis
    from ztdsl.istio.evaluate import Evaluator
    from ztdsl.traffic.request import Destination, Request

_MOST: Final = 4


def connections_apart(
    evaluators: Sequence[Evaluator], to: Destination, axes: Sequence[Axis]
) -> Iterator[tuple[str, str, Request]]:
    """Who connects, to do what, and one connection of each kind of difference, be it that one side is not known."""
    who = next(axis for axis in axes if axis.name == CONNECTION)
    others = [[each for some in axis.classes for each in some.choices] for axis in axes if axis is not who]
    told: set[tuple[str | None, str]] = set()
    for rest in product(*others):
        groups: dict[Literal["opens", "closes"] | None, list[tuple[Choice, Request]]] = {}
        for choice in (each for some in who.classes for each in some.choices):
            parts = dict(choice.parts)
            for each in rest:
                parts |= each.parts
            request = request_of(to, parts)
            verdicts = [each.decide(request).verdict for each in evaluators]
            if verdicts[0] is verdicts[1]:
                continue
            kind: Literal["opens", "closes"] | None = "opens" if verdicts[1] is Verdict.ALLOW else "closes"
            if Verdict.UNKNOWN in verdicts:
                kind = None
            elif Verdict.ALLOW not in verdicts:
                continue
            groups.setdefault(kind, []).append((choice, request))
        for kind, some in groups.items():
            callers = _listed([choice for choice, _ in some])
            if (kind, callers) not in told:
                told.add((kind, callers))
                yield callers, " ".join(["connect", *_from(rest)]), some[0][1]


def _listed(choices: Sequence[Choice]) -> str:
    terms = list(dict.fromkeys("any other workload" if each.term is None else each.term for each in choices))
    more = len(terms) - _MOST
    return ", ".join(terms[:_MOST]) + (f" and {more} more" if more > 0 else "")


def _from(rest: Sequence[Choice]) -> Iterator[str]:
    for each in rest:
        if each.term is not None:
            yield f"from {each.term}"
