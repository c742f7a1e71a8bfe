"""What a policy's author meant to happen to one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.quick import dataclass
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from ztdsl.ir.model import Rule
    from ztdsl.traffic.request import Http

_FINE: Final = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        verdict: what the client meets.
        status: the HTTP status that the client sees; None for connections and where it is not known.
        rule: the rule that decided; None where none did.
        reason: why, where `rule` does not say it.
        dry_run: rules that are only tried, and that match.
        audit: audits that match.
        allowing: every enforced allowance that matches.
    """

    verdict: Verdict
    status: int | None
    rule: Rule | None = None
    reason: str | None = None
    dry_run: tuple[Rule, ...] = ()
    audit: tuple[Rule, ...] = ()
    allowing: tuple[Rule, ...] = ()


def unknown(reason: str) -> Answer:
    """The answer where a fact is lacking."""
    return Answer(Verdict.UNKNOWN, None, reason=reason)


def seen(status: int | None, http: Http | None) -> int | None:
    """What a client sees of an HTTP status: gRPC has a status of its own inside of an HTTP 200."""
    if http is None or status is None:
        return None
    return _FINE if http.is_grpc else status
