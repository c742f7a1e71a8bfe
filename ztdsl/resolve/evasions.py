"""Refusals that a caller gets around: by another spelling of a host or a path, or by leaving the token out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.model import Label, Spot
from ztdsl.dsl.requests import Http
from ztdsl.dsl.rules import Effect
from ztdsl.ir import model as ir
from ztdsl.ir.values import Everyone
from ztdsl.resolve import shapes
from ztdsl.resolve.hosts import has_port
from ztdsl.resolve.paths import is_evadable, near_miss
from ztdsl.resolve.problems import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.dsl.rules import Rule
    from ztdsl.ir.values import Request
    from ztdsl.resolve.context import Context
    from ztdsl.resolve.target import Target


def check_hosts(context: Context, rule: Rule, declared: Http) -> None:
    """Report refused hosts that a request escapes by naming another port, or none."""
    fields = ("not_hosts",) if rule.effect is Effect.ALLOW else ("hosts",) if rule.effect is Effect.DENY else ()
    for field in fields:
        for index, host in enumerate(getattr(declared, field)):
            if has_port(host):
                _report_host(
                    context, declared, field, index, "leaving the port out", f"write `{host.rpartition(':')[0]}`"
                )
            elif host.startswith("*."):
                help_ = "write the hosts out, or allow the hosts that are meant"
                _report_host(context, declared, field, index, "naming a port", help_)


def _report_host(context: Context, declared: Http, field: str, index: int, how: str, help_: str) -> None:
    context.problems.report(
        "ZT313",
        f"`{getattr(declared, field)[index]}` is evaded by {how} in the request",
        label(declared, field, index),
        notes=("Istio compares hosts as they are sent, with their port or without",),
        help=(help_,),
    )


def warn_of_paths(context: Context, rule: Rule, where: list[Target]) -> None:
    """Warn of refused paths that have neighbours or spellings which stay open; once for each list."""
    is_grpc = all([target.port.protocol is ir.Protocol.GRPC for target in where])
    for _, item in shapes.one_or_many(rule.http, "http"):
        field = "paths" if rule.effect is Effect.DENY else "not_paths"
        if not isinstance(item, Http) or (id(item), field) in context.warned:
            continue
        context.warned.add((id(item), field))
        if getattr(item, field) and rule.effect is not Effect.AUDIT:
            _warn_of_list(context, item, field, is_grpc=is_grpc)


def _warn_of_list(context: Context, declared: Http, field: str, *, is_grpc: bool) -> None:
    listed = tuple(path for path in getattr(declared, field) if isinstance(path, str))
    missing: set[str] = set()
    for index, path in enumerate(listed):
        neighbour = None if is_grpc else near_miss(path, listed)
        if neighbour is not None and neighbour not in missing:
            missing.add(neighbour)
            context.problems.report(
                "ZT301",
                f"`{path}` is listed and `{neighbour}` is not",
                label(declared, field, index),
                help=(f"list `{neighbour}`, too, or accept the finding",),
            )
    spellings = _open_spellings(context, listed)
    if spellings:
        context.problems.report(
            "ZT302",
            "other spellings of these paths are not folded before they are compared",
            label(declared, field),
            notes=spellings,
            help=(
                "allow the paths that are meant instead",
                "or list plain paths and set path_normalization to `decode-and-merge-slashes`, in the mesh and here",
            ),
        )


def _open_spellings(context: Context, listed: tuple[str, ...]) -> tuple[str, ...]:
    """What stays open for want of folding, in words."""
    found: list[str] = []
    if is_evadable(context.mesh.path_normalization):
        found.append(f"mesh `{context.mesh.name}` normalizes paths as `{context.mesh.path_normalization}`")
        found.append("`//` or `%2F` in a path may stay as they are")
    if any("{" in path for path in listed):
        found.append("a wildcard of a template matches no path with `[` or `]`, and applications may pass over those")
    return tuple(found)


def warn_of_dropped_tokens(context: Context, rules: Sequence[ir.Rule]) -> None:
    """Warn of denied end users who get in without their token, because a rule lets the same request in without one.

    Only what surely meets is reported: the same callers, and requests of which one takes in the other.
    """
    denied = [rule for rule in rules if rule.effect is ir.Effect.DENY and any(c.user is not None for c in rule.callers)]
    if not denied:
        return
    open_to: dict[tuple[str, str, int], list[ir.Rule]] = {}
    for rule in rules:
        if rule.effect is ir.Effect.ALLOW and not rule.dry_run and any(c.user is None for c in rule.callers):
            for port in rule.ports:
                open_to.setdefault((rule.namespace, rule.workload or "", port), []).append(rule)
    for rule in denied:
        names = (rule.workload or "", "") if rule.workload else ("",)
        ways = [way for name in names for port in rule.ports for way in open_to.get((rule.namespace, name, port), ())]
        way_in = next((way for way in ways if _meets(rule, way)), None)
        if way_in is not None and rule.origin is not None and way_in.origin is not None:
            context.problems.report(
                "ZT317",
                "denied end users get in by leaving their token out",
                Label(Spot(rule.origin)),
                related=(Label(Spot(way_in.origin), "lets in callers without a token"),),
                help=("require the token where they are let in, or deny the workloads that must not call",),
            )


def _meets(denied: ir.Rule, allowed: ir.Rule) -> bool:
    """Whether some request is refused with a token by one rule and let in without it by the other."""
    refused = {caller.source for caller in denied.callers if caller.user is not None}
    let_in = {caller.source for caller in allowed.callers if caller.user is None}
    everyone = Everyone()
    if not (refused & let_in or everyone in refused or everyone in let_in):
        return False
    return any(_takes_in(a, b) or _takes_in(b, a) for a in denied.requests for b in allowed.requests)


def _takes_in(wide: Request, narrow: Request) -> bool:
    """Whether every request of `narrow` surely is one of `wide`, judged by the values that both spell out."""
    if wide.headers or wide.hosts or wide.not_hosts or wide.not_paths or wide.not_methods:
        return wide == narrow
    has_methods = not wide.methods or (bool(narrow.methods) and set(narrow.methods) <= set(wide.methods))
    has_paths = not wide.paths or (bool(narrow.paths) and set(narrow.paths) <= set(wide.paths))
    return has_methods and has_paths
