"""Declarations become the Model; every problem is reported at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Severity, Spot
from ztdsl.dsl.declaration import GIVEN_EMPTY
from ztdsl.ir.model import Effect, Model
from ztdsl.quick import dataclass
from ztdsl.resolve import shapes
from ztdsl.resolve.callers import note_callers
from ztdsl.resolve.context import Context
from ztdsl.resolve.evasions import warn_of_dropped_tokens
from ztdsl.resolve.ownership import claim, declare, flatten, mesh_defaults
from ztdsl.resolve.problems import label
from ztdsl.resolve.rules import rules
from ztdsl.resolve.taken_headers import warn_of_taken_headers
from ztdsl.traffic.mesh import NEWEST_ISTIO, OLDEST_ISTIO, DataPlane

if TYPE_CHECKING:
    from datetime import date

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.dsl.policy import Policy
    from ztdsl.ir.model import Issuer, Log, Rule, Workload
    from ztdsl.traffic.mesh import Mesh

_EFFECTS: Final = {"deny": 0, "allow": 1, "audit": 2}


@dataclass(frozen=True, slots=True)
class Resolved:
    """The Model, unless something is wrong with the policy; everything that was found; how many rules it declares."""

    model: Model | None
    findings: tuple[Diagnostic, ...]
    rules: int


def resolve(policy: Policy, mesh: Mesh, today: date) -> Resolved:
    """The Model of `policy` for `mesh`, and every problem of it.

    Args:
        policy: the root of the declarations.
        mesh: what the policy depends on and does not say.
        today: the day against which end dates are held.
    """
    unsupported = _unsupported(mesh)
    if unsupported:
        return Resolved(None, unsupported, 0)
    context = Context(mesh, today)
    parts = flatten(context, policy)
    namespaces = claim(context, parts)
    workloads = declare(context, parts)
    defaults = mesh_defaults(context, parts)
    if not namespaces and not workloads and defaults is None and not context.problems.findings:
        help_ = ("list what it decides about in `owns=[...]`",)
        message = f"policy `{policy.name}` owns nothing, so nothing is checked"
        context.problems.report("ZT018", message, label(policy), help=help_)
    note_callers(context, parts)
    found = [rule for part in parts for rule in rules(context, part)]
    kept = _canonical(context, found)
    warn_of_dropped_tokens(context, kept)
    warn_of_taken_headers(context, kept)
    logs = _logs(context, parts)
    _warn_of_audits(context, kept, workloads, logs)
    findings = tuple(context.problems.findings)
    count = sum(len(part.rules) for part in parts if isinstance(part.rules, tuple))
    if any(each.severity is Severity.ERROR for each in findings):
        return Resolved(None, findings, count)
    owner = shapes.plain(policy.owner) if isinstance(policy.owner, str) else None
    issuers = _issuers(context, kept)
    model = Model(shapes.plain(policy.name), owner, mesh, defaults, namespaces, workloads, issuers, kept, logs)
    return Resolved(model, findings, count)


def _logs(context: Context, parts: list[Policy]) -> tuple[Log, ...]:
    if all(part.logs is GIVEN_EMPTY for part in parts):
        return ()
    from ztdsl.resolve.logs import access_logs  # noqa: PLC0415 - few policies declare logs

    return access_logs(context, parts)


def _warn_of_audits(
    context: Context, kept: tuple[Rule, ...], workloads: tuple[Workload, ...], logs: tuple[Log, ...]
) -> None:
    """Warn of `audit` rules that nothing logs, where no error stands in the way of knowing it."""
    if all(rule.effect is not Effect.AUDIT for rule in kept):
        return
    if any(each.severity is Severity.ERROR for each in context.problems.findings):
        return
    from ztdsl.resolve.audits import warn_of_unlogged_audits  # noqa: PLC0415 - few policies mark requests

    warn_of_unlogged_audits(context, kept, workloads, logs)


def _unsupported(mesh: Mesh) -> tuple[Diagnostic, ...]:
    if mesh.data_plane is not DataPlane.SIDECAR:
        message = f"mesh `{mesh.name}` runs data plane `{mesh.data_plane}`, and ztc renders for sidecars only"
        return (diagnostic("ZT601", message, None, help=("compile for a mesh whose workloads have sidecars",)),)
    if not OLDEST_ISTIO <= mesh.istio_version <= NEWEST_ISTIO:
        oldest, newest, actual = (f"{a}.{b}" for a, b in (OLDEST_ISTIO, NEWEST_ISTIO, mesh.istio_version))
        message = f"mesh `{mesh.name}` runs Istio {actual}, and ztc renders for {oldest} to {newest}"
        help_ = "upgrade Istio first" if mesh.istio_version < OLDEST_ISTIO else "update ztc"
        return (diagnostic("ZT602", message, None, help=(f"{help_}; `istio_version` says what the mesh runs",)),)
    return ()


def _canonical(context: Context, found: list[Rule]) -> tuple[Rule, ...]:
    """The rules in an order that depends on their meaning alone; a rule that repeats another is a finding."""
    places: dict[tuple[str, str], list[tuple[tuple[object, ...], tuple[str, str, str], int]]] = {}
    for index, rule in enumerate(found):
        key: tuple[object, ...] = (_EFFECTS[rule.effect], rule.meaning())
        places.setdefault((rule.namespace, rule.workload or ""), []).append((key, _words(rule), index))
    kept: list[Rule] = []
    for place in sorted(places):
        meaning: tuple[object, ...] = ()
        for key, _, index in sorted(places[place]):
            if key == meaning:
                _report_repeated(context, kept[-1], found[index])
                continue
            kept.append(found[index])
            meaning = key
    return tuple(kept)


def _words(rule: Rule) -> tuple[str, str, str]:
    """What tells rules of one meaning apart, so that which of them stays does not depend on their order."""
    return (rule.because, rule.dry_run.isoformat() if rule.dry_run is not None else "", rule.owner or "")


def _report_repeated(context: Context, first: Rule, second: Rule) -> None:
    if first.origin is None or second.origin is None or first.origin is second.origin:
        return
    pair = (id(first.origin), id(second.origin))
    if pair in context.repeated:
        return  # the same two rules at another of their targets
    context.repeated.add(pair)
    earlier, later = sorted((first.origin, second.origin), key=lambda origin: origin.sort_key())
    context.problems.report(
        "ZT501",
        f"rule repeats another at `{second.workload or second.namespace}`",
        Label(Spot(later)),
        related=(Label(Spot(earlier), "the same rule"),),
        help=("remove one of them, and keep both reasons in the other",),
    )


def _issuers(context: Context, kept: tuple[Rule, ...]) -> tuple[Issuer, ...]:
    names = {caller.user.issuer for rule in kept for caller in rule.callers if caller.user is not None}
    declared = (context.names["issuer", name] for name in names)
    found: list[Issuer] = [context.seen[id(each)] for each in declared]
    return tuple(sorted(found, key=lambda each: each.issuer))


__all__ = ["Resolved", "resolve"]
