"""The inspection of a token for people, in lines that fit a terminal; findings are printed beside it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final, Protocol

from ztdsl.api.token_access import shown_caller
from ztdsl.diagnostics.formats.escape import visible
from ztdsl.scenario.report import ground_line
from ztdsl.token.claims import principal, usable
from ztdsl.token.findings import NO_LISTENER, moment, span
from ztdsl.token.judge import audiences
from ztdsl.token.jwt import Broken
from ztdsl.token.status import Status
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ztdsl.api.token_access import Call, TokenAccess
    from ztdsl.istio.evaluate.explanation import Failure
    from ztdsl.istio.kinds import JwtRule
    from ztdsl.token.judge import Judgement
    from ztdsl.token.jwt import Jwt

_LABEL: Final = 11
_MOST_VALUES: Final = 3
_TIMES: Final = ("iat", "nbf", "exp")


class Inspected(Protocol):
    """What is said of a token."""

    @property
    def token(self) -> Jwt | Broken:
        """The token, or why it is none."""

    @property
    def rule(self) -> JwtRule | None:
        """The rule that it was judged by."""

    @property
    def judgement(self) -> Judgement:
        """What that says."""

    @property
    def now(self) -> int:
        """When it was looked at."""

    @property
    def accesses(self) -> Sequence[TokenAccess]:
        """What requests with it meet."""


def inspection_text(inspection: Inspected, hide: Callable[[str], str], *, width: int) -> str:
    """The whole answer as lines, each ended; `hide` takes out what must not be shown."""
    return in_lines(map(hide, _lines(inspection)), width)


def in_lines(lines: Iterable[str], width: int) -> str:
    """Lines that fit, each ended."""
    return "".join(f"{piece.rstrip()}\n" for line in lines for piece in wrapped(line, width))


def wrapped(line: str, width: int) -> list[str]:
    """A line in pieces that fit, those after the first indented by two more."""
    indent = len(line) - len(line.lstrip())
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    ) or [""]


def _lines(inspection: Inspected) -> Iterator[str]:
    yield _headline(inspection)
    token = inspection.token
    if isinstance(token, Broken):
        yield _row("form", token.why)
        yield from _accesses(inspection)
        return
    yield _row("form", f"three parts, {token.alg}, {f'key `{visible(token.kid)}`' if token.kid else 'no key named'}")
    yield _row("issuer", _issuer(inspection, token))
    yield _row("audience", _audience(inspection, token))
    yield _row("times", _times(token, inspection.now))
    yield _row("signature", _signature(inspection))
    yield _row("principal", visible(principal(token.claims).text or "none: it lacks `iss` or `sub`"))
    yield ""
    yield "claims that policies can test (values are not shown):"
    delimited = () if inspection.rule is None else inspection.rule.space_delimited_claims
    for claim in (each for each in usable(token.claims, delimited) if each.path[0] not in _TIMES):
        mark = "  " if claim.can_match else "! "
        name = "".join(f"[{visible(step)}]" for step in claim.path)
        yield f"  {mark}{name} {claim.kind}{f': {claim.note}' if claim.note else ''}"
    yield from _accesses(inspection)


def _headline(inspection: Inspected) -> str:
    status = inspection.judgement.status
    if status is None:
        return "not decided: every check passes that needs no key of the issuer"
    if status is Status.OK:
        return "accepted"
    return f"refused ({status.http}): {status.value}"


def _row(name: str, text: str) -> str:
    return f"  {name:<{_LABEL}}{text}"


def _issuer(inspection: Inspected, token: Jwt) -> str:
    found = token.text("iss")
    said = "none" if found is None else f"`{visible(found)}`"
    if Status.ISSUER in inspection.judgement.faults:
        return f"{said}, which is not declared"
    return f"{said}, as declared" if inspection.accesses else said


def _audience(inspection: Inspected, token: Jwt) -> str:
    found = ", ".join(f"`{visible(each)}`" for each in audiences(token)) or "none"
    wanted = () if inspection.rule is None else inspection.rule.audiences
    if not wanted:
        return f"{found}; any is accepted"
    is_wrong = Status.AUDIENCE in inspection.judgement.faults
    return f"{found}; {'not accepted: ' if is_wrong else 'accepted of '}{', '.join(f'`{each}`' for each in wanted)}"


def _times(token: Jwt, now: int) -> str:
    parts = []
    begins, ends, issued = (token.seconds(name) for name in ("nbf", "exp", "iat"))
    if issued is not None:
        parts.append(f"issued {moment(issued)}")
    if begins is not None:
        parts.append(f"valid from {moment(begins)}")
    if ends:
        way = f"{span(ends - now)} left" if ends >= now else f"{span(now - ends)} ago"
        parts.append(f"expires {moment(ends)} ({way})")
    return ", ".join(parts) or "none: it never expires"


def _signature(inspection: Inspected) -> str:
    found = inspection.judgement.signature
    if found is None:
        return "not checked: the issuer's keys are not here (--keys)"
    tried = ", ".join(f"`{visible(key.kid)}`" if key.kid else f"a nameless {key.kind} key" for key in found.tried)
    if found.by is not None:
        return f"made by {f'key `{visible(found.by.kid)}`' if found.by.kid else f'a nameless {found.by.kind} key'}"
    return f"not made by {tried}" if tried else "no key to try"


def _accesses(inspection: Inspected) -> Iterator[str]:
    if not inspection.accesses:
        return
    yield ""
    yield "workloads that read tokens, or have rules about users:"
    for access in inspection.accesses:
        yield from _access(access)


def _access(access: TokenAccess) -> Iterator[str]:
    where = f"{visible(access.workload)}:{access.port}"
    if access.refusal is Status.NO_KEYS:
        yield f"  {where}: {NO_LISTENER}"
        return
    if access.refusal is not None:
        yield f"  {where}: {access.refusal.http} for every request: {access.refusal.value}"
        return
    if access.filtered is None:
        yield f"  {where}: no RequestAuthentication applies, so nobody reads the token"
    elif access.filtered.is_assumed:
        yield f"  {where}: 401, unless a key of the issuer signed the token; then:"
    else:
        yield f"  {where}:"
    for call in access.calls:
        yield from call_lines(call)


def call_lines(call: Call) -> Iterator[str]:
    """One request and what becomes of it."""
    http, decision = call.request.http, call.simulation.decision
    what = "a connection" if http is None else f"{http.method} {http.path}"
    answer = str(decision.verdict) if decision.status is None else f"{decision.verdict} ({decision.status})"
    yield f"    {answer}: {visible(what)} from {visible(shown_caller(call.request))}"
    subject = call.simulation.subject
    if decision.decided_by is not None:
        yield f"      by {ground_line(subject, decision.decided_by)}"
    elif decision.reason:
        yield f"      {visible(decision.reason)}"
    miss = call.miss
    if miss is not None and decision.verdict is Verdict.DENY:
        yield f"      nearly by {ground_line(subject, miss.decider)}"
        for failure in miss.failed:
            yield f"        {visible(failure.attribute)}: {_difference(failure)}"


def _difference(failure: Failure) -> str:
    expected = ", ".join(visible(each) for each in failure.expected[:_MOST_VALUES]) or "nothing"
    rest = len(failure.expected) - _MOST_VALUES
    found: Any = "nothing" if failure.found is None else visible(failure.found)
    return f"expected {expected}{f' and {rest} more' if rest > 0 else ''}; found {found}"
