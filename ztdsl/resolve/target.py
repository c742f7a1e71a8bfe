"""One endpoint of a rule, as everything that is checked about rules needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from ztdsl.dsl.endpoints import Endpoint
    from ztdsl.dsl.workloads import Gateway
    from ztdsl.ir import model as ir


@dataclass(frozen=True, slots=True)
class Target:
    """One endpoint of a rule.

    Attributes:
        namespace: where the callee runs.
        workload: its name, or None for every workload of the namespace.
        port: the port as the Model has it.
        is_strict: whether every connection to it proves an identity.
        gateways: the gateways among the workloads that serve it.
        has_sidecars: whether a workload with a sidecar serves it.
        endpoint: the declaration, for reports.
    """

    namespace: str
    workload: str | None
    port: ir.Port
    is_strict: bool
    gateways: tuple[Gateway, ...]
    has_sidecars: bool
    endpoint: Endpoint
