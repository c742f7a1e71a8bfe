"""Several enforcement points in a row, as on the way through a waypoint to the ztunnel of a workload."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.istio.evaluate.evaluator import Evaluator
    from ztdsl.traffic.decision import Decision
    from ztdsl.traffic.request import Request


def decide_in_turn(evaluator: Evaluator, requests: Sequence[Request]) -> Decision:
    """What becomes of one request that passes several enforcement points.

    The first that does not let it through decides, or else the last. Where it is not known whether an earlier one
    lets it through, a later one that certainly does not still decides, with no status, for the client may meet the
    earlier one's. Rules of AUDIT and of dry runs are those of every point up to the one that decides.

    Args:
        evaluator: what decides at each point.
        requests: the request as each point sees it, in their order; at ztunnel behind a waypoint the peer is the
            waypoint.

    Raises:
        ValueError: there is no point.
    """
    if not requests:
        msg = "a request passes one enforcement point at least"
        raise ValueError(msg)
    met: list[Decision] = []
    doubt: Decision | None = None
    for request in requests:
        decision = evaluator.decide(request)
        met.append(decision)
        if decision.verdict is Verdict.UNKNOWN:
            doubt = doubt or decision
        elif decision.verdict is not Verdict.ALLOW:
            return _with_reports(decision if doubt is None else replace(decision, status=None, grpc_status=None), met)
    return _with_reports(doubt or met[-1], met)


def _with_reports(decision: Decision, met: Sequence[Decision]) -> Decision:
    audit = tuple(rule for each in met for rule in each.audit)
    dry_run = tuple(rule for each in met for rule in each.dry_run)
    return replace(decision, dry_run=dry_run, audit=audit)
