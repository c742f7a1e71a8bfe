"""Rules that mark requests for the access log, where no access log is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.model import Label, Spot
from ztdsl.ir.model import Effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.ir.model import Log, Rule, Workload
    from ztdsl.resolve.context import Context


def warn_of_unlogged_audits(
    context: Context, rules: Sequence[Rule], workloads: Sequence[Workload], logs: Sequence[Log]
) -> None:
    """Warn of `audit` rules whose marks nothing of the policy writes down; once for each declaration."""
    places = {(log.namespace, log.workload) for log in logs}
    if (None, None) in places:
        return
    told: set[int] = set()
    for rule in rules:
        if rule.effect is not Effect.AUDIT or rule.origin is None or id(rule.origin) in told:
            continue
        if {(rule.namespace, None), (rule.namespace, rule.workload)} & places:
            continue
        where = [each.name for each in workloads if _is_at(rule, each)]
        if rule.workload is None and where and all((rule.namespace, name) in places for name in where):
            continue
        told.add(id(rule.origin))
        place = f"namespace `{rule.namespace}`" if rule.workload is None else f"`{rule.namespace}/{rule.workload}`"
        context.problems.report(
            "ZT141",
            f"this rule marks requests for an access log, and the policy declares none of {place}",
            Label(Spot(rule.origin)),
            notes=("an AUDIT policy does nothing else: without a log nobody sees what it marks",),
            help=(
                f"declare one: `logs=[log_denied({rule.workload or rule.namespace}, because=...)]`",
                "or accept the finding, where another policy logs for the whole mesh",
            ),
        )


def _is_at(rule: Rule, workload: Workload) -> bool:
    """Whether a rule for every workload of a namespace is about a port of this one."""
    return workload.namespace == rule.namespace and any(port.container in rule.ports for port in workload.ports)
