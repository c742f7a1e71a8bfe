"""One answer for people: the verdict, what decided, and for a refusal the rules that nearly allowed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.formats.escape import visible
from ztdsl.diagnostics.formats.style import Style
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ztdsl.diagnostics.formats.style import Role
    from ztdsl.istio.evaluate import Explanation
    from ztdsl.istio.evaluate.explanation import Failure, Miss
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.decision import Decider
    from ztdsl.traffic.request import Request

_MOST_MISSES: Final = 5
_MOST_VALUES: Final = 4
_ROLES: Final[dict[Verdict, Role]] = {Verdict.ALLOW: "ok", Verdict.UNKNOWN: "warning"}


def title_of(request: Request) -> str:
    """The request in one line: what is asked of whom, and by whom."""
    to = request.to
    where = f"{to.namespace}:{to.port}" if to.service is None else f"{to.namespace}/{to.service}:{to.port}"
    http = None if request.http is None else f"{request.http.method} {request.http.path}"
    return title_in_words(http, where, request.peer)


def title_in_words(http: str | None, to: str, caller: str | None) -> str:
    """A request in one line, in the words that it was asked in."""
    return f"{http or 'a connection'} to {to} from {caller or 'a client without identity'}"


def text(subject: Subject, title: str, explanation: Explanation, *, color: bool = False) -> str:
    """The whole answer as lines, each ended.

    Args:
        subject: what was asked.
        title: the request in one line.
        explanation: the answer.
        color: whether verdicts are coloured.
    """
    return "".join(f"{line}\n" for line in _lines(subject, title, explanation, Style(color=color)))


def ground_line(subject: Subject, decider: Decider) -> str:
    """Where a rule stands and why it is there, in one line."""
    ground = subject.ground(decider)
    rule = "" if decider.rule is None else f" rule {decider.rule}"
    place = f"{visible(ground.source)}: " if ground.source else ""
    because = f" ({visible(ground.because)})" if ground.because else ""
    return f"{place}{decider.kind} {visible(f'{decider.namespace}/{decider.name}')}{rule}{because}"


def _lines(subject: Subject, title: str, explanation: Explanation, style: Style) -> Iterator[str]:
    decision = explanation.decision
    status = f" ({decision.status})" if decision.status is not None else ""
    yield f"{style.paint(f'{decision.verdict}{status}', _ROLES.get(decision.verdict, 'error'))}: {visible(title)}"
    if decision.decided_by is not None:
        yield f"  decided by {ground_line(subject, decision.decided_by)}"
    if decision.reason:
        yield f"  {visible(decision.reason)}"
    if decision.verdict is Verdict.ALLOW:
        yield from _list(
            "also allowed by", subject, [each for each in explanation.matching if each != decision.decided_by]
        )
    elif explanation.misses:
        yield ""
        yield "  nearest misses:"
        for miss in explanation.misses[:_MOST_MISSES]:
            yield from _miss(subject, miss)
        if len(explanation.misses) > _MOST_MISSES:
            yield f"  and {len(explanation.misses) - _MOST_MISSES} rules further away"
    yield from _list("would match in dry run", subject, decision.dry_run)
    yield from _list("audited by", subject, decision.audit)


def _list(words: str, subject: Subject, deciders: Iterable[Decider]) -> Iterator[str]:
    for decider in deciders:
        yield f"  {words} {ground_line(subject, decider)}"


def _miss(subject: Subject, miss: Miss) -> Iterator[str]:
    yield f"  - {ground_line(subject, miss.decider)}"
    attributes = [visible(failure.attribute) for failure in miss.failed]
    width = max(map(len, attributes), default=0)
    for attribute, failure in zip(attributes, miss.failed, strict=True):
        yield f"      {attribute:<{width}}  {_difference(failure)}"


def _difference(failure: Failure) -> str:
    if not failure.expected and failure.found is not None:
        return visible(failure.found)  # the rule is left out as a whole, and this is why
    shown = [visible(value) for value in failure.expected[:_MOST_VALUES]]
    rest = len(failure.expected) - _MOST_VALUES
    expected = ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
    found = "nothing" if failure.found is None else visible(failure.found)
    return f"expected {expected}; found {found}"
