"""Access logs: what each is about, checked against what is declared and who owns it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.dsl.logs import AccessLog, Entries
from ztdsl.dsl.workloads import Gateway, MeshDefaults, Namespace, Service
from ztdsl.ir import model as ir
from ztdsl.resolve import shapes
from ztdsl.resolve.problems import label, named
from ztdsl.resolve.workloads import namespace_name, workload_identity

if TYPE_CHECKING:
    from ztdsl.dsl.policy import Policy
    from ztdsl.resolve.context import Context

Place = tuple[str | None, str | None]
"""A namespace and a workload of it; None is every one."""

_LOGGED: Final = (Service, Gateway, Namespace, MeshDefaults)
_WANTED: Final = "a service, a gateway, a namespace or the policy's mesh defaults"
# Istio takes any name; one that YAML, logs and people read alike is asked for here.
_PROVIDER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,251}[A-Za-z0-9])?")
_ENTRIES: Final = {each: ir.Entries(each.value) for each in Entries}


def access_logs(context: Context, parts: list[Policy]) -> tuple[ir.Log, ...]:
    """The access logs of all parts, one for each place and provider, the mesh's first."""
    found: dict[tuple[str, str, str], tuple[ir.Log, AccessLog]] = {}
    for part in parts:
        seen: set[int] = set()
        for _, log in shapes.items(context.problems, part, "logs", (AccessLog,), "access logs"):
            if id(log) not in seen:
                seen.add(id(log))
                context.kept.append(log)
                _collect(context, part, log, found)
    return tuple(found[key][0] for key in sorted(found))


def _collect(
    context: Context, part: Policy, log: AccessLog, found: dict[tuple[str, str, str], tuple[ir.Log, AccessLog]]
) -> None:
    problems = context.problems
    problems.report_faults(log)
    entries = shapes.one(problems, log, ("entries",), log.entries, (Entries,), "`Entries.DENIED` or `Entries.ALL`")
    provider, because = _provider(context, log), _because(context, log)
    listed = shapes.one_or_many(log.of, "of")
    if not listed:
        help_ = ("name services, gateways or namespaces",)
        problems.report("ZT131", "access log is of nothing", label(log, "of"), help=help_)
    owner = shapes.plain(part.owner) if isinstance(part.owner, str) else None
    for step, item in listed:
        place = _place(context, part, log, step, item)
        if place is None or entries is None or provider is None or because is None:
            continue
        made = ir.Log(*place, _ENTRIES[entries], provider, because, owner, log._origin)  # noqa: SLF001
        # Istio finds a provider by its name in any case.
        key = (place[0] or "", place[1] or "", provider.lower())
        first = found.setdefault(key, (made, log))
        if first[0] is not made:
            _report_twice(context, log, step, item, first[1])


def _report_twice(
    context: Context, log: AccessLog, step: tuple[str | int, ...], item: object, first: AccessLog
) -> None:
    what = named(item) if isinstance(item, _LOGGED) else "it"
    context.problems.report(
        "ZT139",
        f"{what} has two access logs of one provider",
        label(log, *step),
        related=(label(first, text="the other"),) if first is not log else (),
        notes=("Istio keeps the last one alone",),
        help=("keep one of them, or give them two providers",),
    )


def _place(context: Context, part: Policy, log: AccessLog, step: tuple[str | int, ...], item: object) -> Place | None:
    known = shapes.one(context.problems, log, step, item, _LOGGED, _WANTED)
    if isinstance(known, MeshDefaults):
        return _of_mesh(context, part, log, step, known)
    if isinstance(known, Namespace):
        return _of_namespace(context, part, log, step, known)
    if isinstance(known, Service | Gateway):
        return _of_workload(context, part, log, step, known)
    return None


def _of_mesh(
    context: Context, part: Policy, log: AccessLog, step: tuple[str | int, ...], defaults: MeshDefaults
) -> Place | None:
    if part.mesh is defaults:
        return None, None
    context.problems.report(
        "ZT201",
        f"policy `{part.name}` does not declare these mesh defaults",
        label(log, *step),
        related=(label(defaults, text="mesh defaults"),),
        help=("only the policy that declares the mesh defaults logs for the whole mesh",),
    )
    return None


def _of_namespace(
    context: Context, part: Policy, log: AccessLog, step: tuple[str | int, ...], namespace: Namespace
) -> Place | None:
    name = namespace_name(context, namespace)
    if name is None or context.problems.is_broken(part, "owns"):
        return None
    if context.namespace_owner.get(name) is part:
        return name, None
    _report_not_owned(context, part, log, step, f"namespace `{name}`", context.namespace_owner.get(name))
    return None


def _of_workload(
    context: Context, part: Policy, log: AccessLog, step: tuple[str | int, ...], workload: Service | Gateway
) -> Place | None:
    if workload_identity(context, workload) is None or context.problems.is_broken(part, "owns", "services"):
        return None
    owner = context.owner_of(workload)
    if owner is not part:
        _report_not_owned(context, part, log, step, named(workload), owner)
        return None
    if id(workload) not in context.declared:
        context.problems.report(
            "ZT110",
            f"{named(workload)} is not among the services of policy `{part.name}`",
            label(log, *step),
            related=(label(workload, text="declared here"),),
            help=(f"add it to `services=[...]` of policy `{part.name}`",),
        )
        return None
    return shapes.plain(workload.namespace.name), shapes.plain(workload.name)


def _report_not_owned(
    context: Context, part: Policy, log: AccessLog, step: tuple[str | int, ...], what: str, owner: Policy | None
) -> None:
    context.problems.report(
        "ZT201",
        f"policy `{part.name}` does not own {what}",
        label(log, *step),
        related=() if owner is None else (label(owner, text=f"policy `{owner.name}` owns it"),),
        help=("whoever decides about a workload says what its proxy logs: own it, or leave the log to its owner",),
    )


def _provider(context: Context, log: AccessLog) -> str | None:
    provider = shapes.string(context.problems, log, "provider")
    if provider is None or _PROVIDER.fullmatch(provider):
        return provider
    context.problems.report(
        "ZT140",
        f"`{provider}` is not the name of a log's provider" if provider else "an access log names no provider",
        label(log, "provider"),
        help=("use letters, digits, `-`, `_`, `.` and `/`, as `meshConfig.extensionProviders` names it",),
    )
    return None


def _because(context: Context, log: AccessLog) -> str | None:
    because = shapes.string(context.problems, log, "because")
    if because is None or because.strip():
        return because
    help_ = ("say why, for the next reader",)
    context.problems.report("ZT136", "access log has no reason", label(log, "because"), help=help_)
    return None
