"""Weakenings: each has a reason and an end date, and is reported once it is past that date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.declaration import MISSING
from ztdsl.dsl.weakenings import DryRun, Open, Permissive
from ztdsl.ir import model as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.problems import label, named

if TYPE_CHECKING:
    from datetime import date

    from ztdsl.dsl.declaration import Declaration
    from ztdsl.resolve.context import Context


def permissive(context: Context, owner: Declaration, value: object) -> ir.Weakening | None:
    """What `mtls=` says; None where nothing is weakened or the value is broken."""
    return _weakening(context, owner, "mtls", value, Permissive, "`Permissive(because=..., until=...)`")


def opened(context: Context, owner: Declaration, value: object) -> ir.Weakening | None:
    """What `default=` says; None where nothing is weakened or the value is broken."""
    return _weakening(context, owner, "default", value, Open, "`Open(because=..., until=...)`")


def trial(context: Context, owner: Declaration, value: object) -> date | None:
    """The end of what `stage=` says; None where the rule is enforced or the value is broken."""
    if value is None:
        return None
    stage = shapes.one(context.problems, owner, ("stage",), value, (DryRun,), "`DryRun(until=...)`")
    if stage is None:
        return None
    if id(stage) not in context.seen:
        context.seen[id(stage)] = _until(context, stage)
    until: date | None = context.seen[id(stage)]
    return until


def _weakening(
    context: Context, owner: Declaration, field: str, value: object, kind: type[Permissive | Open], wanted: str
) -> ir.Weakening | None:
    if value is None:
        return None
    declared = shapes.one(context.problems, owner, (field,), value, (kind,), wanted)
    if declared is None:
        return None
    if id(declared) in context.seen:
        known: ir.Weakening | None = context.seen[id(declared)]
        return known
    until = _until(context, declared)
    because = _because(context, declared)
    result = ir.Weakening(because, until) if because and until else None
    context.seen[id(declared)] = result
    return result


def _because(context: Context, declared: Permissive | Open) -> str | None:
    if declared.because is MISSING:  # a call that did not fit
        return None
    because = shapes.string(context.problems, declared, "because")
    if because is not None and not because.strip():
        context.problems.report("ZT402", f"{named(declared)} has no reason", label(declared, "because"))
        return None
    return because


def _until(context: Context, declared: Permissive | Open | DryRun) -> date | None:
    context.problems.report_faults(declared)
    until = shapes.day(context.problems, declared, "until")
    if until is not None and until < context.today:
        context.problems.report(
            "ZT401",
            f"{named(declared)} was to end on {until.isoformat()}",
            label(declared, "until"),
            help=("end it, or give the new date and the reason for it",),
        )
    return until
