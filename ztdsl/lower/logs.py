"""Access logs become Telemetry: one object for each workload, namespace or mesh that is asked to write.

Of several Telemetries Istio takes the providers of the nearest alone, so that each object repeats what its workloads
owe to the namespace and the mesh; of one provider the nearest log counts.
Source: Istio `pilot/pkg/model/telemetry.go` (mergeLogs, workloadMode).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.ir.model import Entries, WorkloadKind
from ztdsl.istio.annotated import AnnotatedTelemetry, Item
from ztdsl.istio.kinds import Meta, Selector
from ztdsl.istio.telemetry import AccessLogging, Telemetry
from ztdsl.lower import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.ir import model as ir

Labels = tuple[tuple[str, str], ...]
Place = tuple[str | None, str | None]

_REFUSED: Final = (
    "response.code_details.startsWith('rbac_access_denied')",
    "response.code_details.startsWith('jwt_authn_access_denied')",
    "connection.termination_details.startsWith('rbac_access_denied')",
    "response.code_details == 'filter_chain_not_found'",  # plaintext at a STRICT port
)
_TRIED: Final = tuple(
    f"metadata.filter_metadata['envoy.filters.{kind}.rbac']['istio_dry_run_{action}_shadow_engine_result'] == 'denied'"
    for kind in ("http", "network")
    for action in ("allow", "deny")
)
_AUDITED: Final = "metadata.filter_metadata['envoy.common']['access_log_hint'] == true"
DENIED: Final = " || ".join((*_REFUSED, *_TRIED, _AUDITED))
"""What was refused, what a dry run would refuse, what an AUDIT policy marks, by Envoy's attributes.

An attribute that a request lacks makes its part an error, which counts as false beside a part that is true.
"""


def telemetries(model: ir.Model, labels: Labels) -> tuple[AnnotatedTelemetry, ...]:
    """The Telemetry of `model`: namespaces by name, each before its workloads, the mesh last."""
    return tuple(_telemetries(model, labels))


def _telemetries(model: ir.Model, labels: Labels) -> Iterator[AnnotatedTelemetry]:
    declared: dict[Place, dict[str, ir.Log]] = {}
    for log in model.logs:
        declared.setdefault((log.namespace, log.workload), {})[log.provider.lower()] = log
    workloads = {(each.namespace, each.name): each for each in model.workloads}
    places = {place for place in declared if place[0] is not None}
    # A gateway's own requests count as those of a client, which no log of sidecars asks for.
    places |= {
        (each.namespace, each.name)
        for each in model.workloads
        if each.kind is WorkloadKind.GATEWAY and ((None, None) in declared or (each.namespace, None) in declared)
    }
    for namespace, workload in sorted(places, key=lambda place: (place[0] or "", place[1] or "")):
        logs = {**declared.get((None, None), {}), **declared.get((namespace, None), {})}
        if workload is not None:
            logs |= declared.get((namespace, workload), {})
        target = workloads[namespace or "", workload] if workload is not None else None
        yield _telemetry(model, labels, namespace or "", target, logs)
    if (None, None) in declared:
        yield _telemetry(model, labels, model.mesh.root_namespace, None, declared[None, None])


def _telemetry(
    model: ir.Model, labels: Labels, namespace: str, target: ir.Workload | None, logs: dict[str, ir.Log]
) -> AnnotatedTelemetry:
    written = [logs[provider] for provider in sorted(logs)]
    mode = "CLIENT" if target is not None and target.kind is WorkloadKind.GATEWAY else "SERVER"
    meta = Meta(names.access_log(None if target is None else target.name), namespace, labels)
    selector = None if target is None else Selector(target.labels)
    logging = tuple(
        AccessLogging((log.provider,), mode, DENIED if log.entries is Entries.DENIED else None) for log in written
    )
    declaration, origin = f"namespace `{namespace}`", written[0].origin
    if target is not None:
        declaration, origin = f"{target.kind} `{target.name}`", target.origin
    items = tuple(Item(_comments(log, model.owner), log.origin, "access log") for log in written)
    return AnnotatedTelemetry(Telemetry(meta, selector, logging), (), items, origin, declaration)


def _comments(log: ir.Log, policy_owner: str | None) -> tuple[str, ...]:
    if log.owner is None or log.owner == policy_owner:
        return (log.because,)
    return (log.because, f"owner: {log.owner}")
