"""Open namespaces that a rule of the same policy closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.endpoints import Endpoint
from ztdsl.dsl.rules import Effect
from ztdsl.dsl.workloads import Namespace
from ztdsl.resolve.problems import label, named
from ztdsl.resolve.shapes import one_or_many

if TYPE_CHECKING:
    from ztdsl.dsl.rules import Rule
    from ztdsl.resolve.context import Context


def warn_of_closing(context: Context, rule: Rule) -> None:
    """Warn of an allowance for every workload of an open namespace: it switches all of them to default-deny."""
    if rule.effect is not Effect.ALLOW or rule.stage is not None:
        return
    if isinstance(rule.to, Endpoint) and not isinstance(rule.to.target, Namespace):
        return  # most rules: one endpoint of one workload
    for place, item in one_or_many(rule.to, "to"):
        target = item.target if isinstance(item, Endpoint) else None
        if isinstance(target, Namespace) and target.default is not None:
            context.problems.report(
                "ZT403",
                f"{named(target)} is open, and this rule closes every workload of it",
                label(rule, *place),
                related=(label(target, "default", text="declared open here"),),
                notes=("a workload that some rule allows something at accepts nothing else",),
                help=("name the services that are to be reached, or close the namespace",),
            )
