"""Decisions as a client meets them: the status of HTTP, that of gRPC, or a closed connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.traffic.decision import Decider, Decision, Verdict

if TYPE_CHECKING:
    from ztdsl.traffic.request import Request

_OK: Final = 200
_FORBIDDEN: Final = 403
_GRPC: Final = {200: 0, 400: 13, 401: 16, 403: 7, 404: 12}
"""gRPC's status for HTTP's (Envoy `Grpc::Utility::httpToGrpcStatus`)."""

NO_ALLOW_POLICY: Final = "no ALLOW policy applies to the workload, and no rule denies"
NO_ALLOW_RULE: Final = "ALLOW policies apply to the workload, and no rule of them matches"

Rules = tuple[Decider, ...]


def answer(
    request: Request,
    verdict: Verdict,
    status: int | None = None,
    *,
    decided_by: Decider | None = None,
    reason: str | None = None,
    dry_run: Rules = (),
    audit: Rules = (),
) -> Decision:
    """A decision with what the client sees of `status`: a gRPC client gets 200 and a status of its own."""
    grpc = None
    if status is not None and request.http is not None and request.http.is_grpc:
        status, grpc = _OK, _GRPC[status]
    return Decision(verdict, status, decided_by, reason, grpc, dry_run, audit)


def unknown(reason: str, *, dry_run: Rules = (), audit: Rules = ()) -> Decision:
    """What cannot be known, and why."""
    return Decision(Verdict.UNKNOWN, None, None, reason, None, dry_run, audit)


def allowed(request: Request, *, is_http: bool, decided_by: Decider | None, dry_run: Rules, audit: Rules) -> Decision:
    """The request reaches the workload."""
    reason = NO_ALLOW_POLICY if decided_by is None else None
    status = _OK if is_http and request.http is not None else None
    return answer(request, Verdict.ALLOW, status, decided_by=decided_by, reason=reason, dry_run=dry_run, audit=audit)


def denied(
    request: Request,
    *,
    is_http: bool,
    decided_by: Decider | None,
    dry_run: Rules = (),
    audit: Rules = (),
    may_be_asked: bool = False,
) -> Decision:
    """A policy denies: 403, or a closed connection on a chain that does not know HTTP.

    With `may_be_asked` an external authorizer may answer before, with a status of its own.
    """
    verdict = Verdict.DENY if is_http else Verdict.REFUSED
    status = _FORBIDDEN if is_http and not may_be_asked else None
    reason = NO_ALLOW_RULE if decided_by is None else None
    return answer(request, verdict, status, decided_by=decided_by, reason=reason, dry_run=dry_run, audit=audit)
