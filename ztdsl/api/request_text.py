"""The inspection of a request for people, in lines that fit a terminal; findings are printed beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from ztdsl.api.token_access import Call
from ztdsl.api.token_text import call_lines, in_lines
from ztdsl.diagnostics.formats.escape import visible
from ztdsl.token.status import Status
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ztdsl.api.simulate import Simulation
    from ztdsl.token.filter import Filtered
    from ztdsl.traffic.request import Request

_TOO_LARGE: Final = 431


class Inspected(Protocol):
    """What is said of a request."""

    @property
    def to(self) -> str:
        """The workload, in the words that it was asked for."""

    @property
    def request(self) -> Request:
        """The request."""

    @property
    def filtered(self) -> Filtered | None:
        """What the token filter makes of it."""

    @property
    def simulation(self) -> Simulation | None:
        """What the policies say."""

    @property
    def status(self) -> int | None:
        """The status that ends it before the policies."""

    @property
    def is_assumed(self) -> bool:
        """Whether a signature that cannot be checked was taken for a good one."""


def request_text(inspection: Inspected, seen: Mapping[str, Any], hide: Callable[[str], str], *, width: int) -> str:
    """The whole answer as lines, each ended.

    Args:
        inspection: what is said.
        seen: what the application sees of tokens.
        hide: takes out what must not be shown.
        width: columns.
    """
    return in_lines(map(hide, _lines(inspection, seen)), width)


def _lines(inspection: Inspected, seen: Mapping[str, Any]) -> Iterator[str]:
    yield f"{_headline(inspection)} at {visible(inspection.to)}"
    filtered = inspection.filtered
    if inspection.status == _TOO_LARGE:
        return
    yield ""
    if filtered is None:
        yield "no RequestAuthentication applies: nobody looks for a token"
    elif filtered.is_preflight:
        yield "CORS asks before a request: tokens are not looked at"
    else:
        yield from _searched(filtered)
    yield from _application(seen)
    if inspection.simulation is not None:
        yield ""
        yield "policies, if a key of the issuer signed the token:" if inspection.is_assumed else "policies:"
        yield from (line[2:] for line in call_lines(Call(inspection.request, inspection.simulation)))
        if inspection.request.peer is None and inspection.simulation.decision.verdict is Verdict.REFUSED:
            yield "    it was asked without a caller: name one with --from"


def _headline(inspection: Inspected) -> str:
    filtered = inspection.filtered
    if inspection.status == _TOO_LARGE:
        return f"{_TOO_LARGE}: the head of the request is too large"
    if inspection.status is not None and filtered is not None:
        return f"{inspection.status}: {filtered.status.value}"
    if inspection.is_assumed:
        return "not decided, for the issuer's keys are not here,"
    if inspection.simulation is None:
        return "not decided"
    decision = inspection.simulation.decision
    return str(decision.verdict) if decision.status is None else f"{decision.verdict} ({decision.status})"


def _searched(filtered: Filtered) -> Iterator[str]:
    yield "places that are searched for a token:"
    shown = set()
    for asked in filtered.asked:
        if asked.rule in shown:
            continue
        shown.add(asked.rule)
        places = ", ".join(each.words for each in asked.where)
        yield f"  for `{visible(asked.rule.issuer or 'any issuer')}`: {visible(places)}"
        if not asked.looked:
            yield "    nothing stands there"
        for each in asked.looked:
            status = each.judgement.status
            said = "accepted if a key of the issuer signed it" if status is None else status.value
            said = "accepted" if status is Status.OK else said
            yield f"    {each.taken.place.place} `{visible(each.taken.place.name)}`: {said}"
        yield from (
            f"    {place.place} `{visible(place.name)}`: not judged, for another was refused before"
            for place in asked.unjudged
        )
    if filtered.accepted is not None:
        rule, looked = filtered.accepted
        place = looked.taken.place
        yield f"taken: {place.place} `{visible(place.name)}`, by the rule for `{visible(rule.issuer or 'any issuer')}`"


def _application(seen: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        *(("sees", each) for each in seen["forwarded"]),
        *(("does not see", each) for each in seen["removed"]),
    ]
    if rows or seen["written"]:
        yield ""
        yield "the application:"
    for verb, each in rows:
        yield f"  {verb} {each['in']} `{visible(each['name'])}`"
    for name in seen["written"]:
        yield f"  sees header `{visible(name)}`, written of the token"
