"""Parts and ownership: who decides about which namespace and which workload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.dsl.policy import Policy
from ztdsl.dsl.weakenings import Open
from ztdsl.dsl.workloads import Gateway, MeshDefaults, Namespace, Service
from ztdsl.ir import model as ir
from ztdsl.resolve import shapes, weakenings
from ztdsl.resolve.names import name_problem
from ztdsl.resolve.problems import label, named
from ztdsl.resolve.workloads import namespace_name, workload, workload_identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.diagnostics.model import Label
    from ztdsl.resolve.context import Context

_WORKLOADS: Final = (Service, Gateway)
_OWNABLE: Final = (Namespace, *_WORKLOADS)


def flatten(context: Context, policy: Policy) -> list[Policy]:
    """`policy` and all its parts, each once, a policy before its parts."""
    found: list[Policy] = []
    _visit(context, policy, [], found)
    return found


def _visit(context: Context, policy: Policy, above: list[Policy], found: list[Policy]) -> None:
    if any(policy is each for each in above):
        context.problems.report(
            "ZT204",
            f"policy `{policy.name}` is a part of itself",
            label(above[-1], "parts"),
            related=(label(policy, text="this policy"),),
        )
        return
    if any(policy is each for each in found):
        return
    found.append(policy)
    context.problems.report_faults(policy)
    name = shapes.string(context.problems, policy, "name")
    if name is not None:
        if complaint := name_problem("policy", name):
            context.problems.complain(complaint, policy, "name")
        else:
            context.register(policy, "policy", name)
    shapes.optional_string(context.problems, policy, "owner")
    for _, part in shapes.items(context.problems, policy, "parts", (Policy,), "policies"):
        _visit(context, part, [*above, policy], found)


def claim(context: Context, parts: list[Policy]) -> tuple[ir.Namespace, ...]:
    """Note who owns what; the namespaces owned, in order of their names."""
    namespaces: dict[str, ir.Namespace] = {}
    for part in parts:
        listed: Iterator[tuple[int, Namespace | Service | Gateway]] = shapes.items(
            context.problems, part, "owns", _OWNABLE, "namespaces or services"
        )
        for index, owned in listed:
            if isinstance(owned, Namespace):
                _claim_namespace(context, part, index, owned, namespaces)
            else:
                _claim_workload(context, part, index, owned)
    return tuple(namespaces[name] for name in sorted(namespaces))


def _claim_namespace(
    context: Context, part: Policy, index: int, owned: Namespace, namespaces: dict[str, ir.Namespace]
) -> None:
    name = namespace_name(context, owned)
    if name is None:
        return
    first = context.namespace_owner.setdefault(name, part)
    if first is not part or name in namespaces:
        _owned_twice(context, named(owned), part, index, first)
        return
    if name == context.mesh.root_namespace:
        context.problems.report(
            "ZT203",
            f"namespace `{name}` is the root namespace of mesh `{context.mesh.name}`",
            label(part, "owns", index),
            notes=("policies in the root namespace apply to every namespace of the mesh",),
            help=("declare mesh-wide defaults with `mesh=MeshDefaults()`; run gateways in a namespace of their own",),
        )
        return
    mtls = weakenings.permissive(context, owned, owned.mtls)
    default = weakenings.opened(context, owned, owned.default)
    namespaces[name] = ir.Namespace(name, mtls, default, _owner(part), owned._origin)  # noqa: SLF001


def _claim_workload(context: Context, part: Policy, index: int, owned: Service | Gateway) -> None:
    if workload_identity(context, owned) is None:
        return
    first = context.workload_owner.setdefault(id(owned), part)
    if first is not part:
        _owned_twice(context, named(owned), part, index, first)


def _owned_twice(context: Context, what: str, part: Policy, index: int, first: Policy) -> None:
    context.problems.mark_broken(part, "owns")
    context.problems.report(
        "ZT202",
        f"{what} is owned twice",
        label(part, "owns", index),
        related=(label(first, "owns", text=f"also owned by policy `{first.name}`"),) if first is not part else (),
        help=("only one policy decides about it; share a namespace by owning single services of it",),
    )


def declare(context: Context, parts: list[Policy]) -> tuple[ir.Workload, ...]:
    """Note the declared workloads; those of the Model, by namespace and name."""
    found: dict[int, ir.Workload] = {}
    for part in parts:
        listed = [((("services", i)), s) for i, s in _services(context, part)]
        listed += [
            (("owns", i), o)
            for i, o in enumerate(part.owns if isinstance(part.owns, tuple) else ())
            if isinstance(o, _WORKLOADS)
        ]
        for place, service in listed:
            if id(service) in context.declared:
                continue
            context.declared[id(service)] = service
            resolved = workload(context, service, _owner(part))
            if resolved is None or not _is_owned(context, part, place, service, resolved):
                continue
            context.by_namespace.setdefault(resolved.namespace, []).append(service)
            context.by_identity.setdefault((resolved.namespace, resolved.service_account), []).append(service)
            found[id(service)] = resolved
    context.shared_accounts.update(account for (_, account), sharing in context.by_identity.items() if len(sharing) > 1)
    _report_overlaps(context, [(context.declared[key], each) for key, each in found.items()])
    return tuple(sorted(found.values(), key=lambda each: (each.namespace, each.name)))


def _services(context: Context, part: Policy) -> list[tuple[int, Service | Gateway]]:
    return list(shapes.items(context.problems, part, "services", _WORKLOADS, "services and gateways"))


def _is_owned(
    context: Context, part: Policy, place: tuple[str | int, ...], service: Service | Gateway, resolved: ir.Workload
) -> bool:
    if resolved.namespace == context.mesh.root_namespace:
        if resolved.namespace not in context.namespace_owner:
            context.problems.report(
                "ZT203",
                f"{named(service)} runs in `{resolved.namespace}`, the root namespace of mesh `{context.mesh.name}`",
                label(service, "namespace"),
                notes=("policies in the root namespace apply to every namespace of the mesh",),
                help=("run gateways in a namespace of their own, such as `istio-ingress`",),
            )
        return False
    if context.owner_of(service) is part:
        return True
    if context.problems.is_broken(part, "owns"):
        return False
    context.problems.report(
        "ZT201",
        f"{named(service)} is in namespace `{resolved.namespace}`, which policy `{part.name}` does not own",
        label(part, *place),
        related=(label(service, "namespace", text="its namespace"),),
        help=(f"add the namespace or the service to `owns` of `{part.name}`, or leave it to its owner",),
    )
    return False


def _report_overlaps(context: Context, workloads: list[tuple[Service | Gateway, ir.Workload]]) -> None:
    """Two workloads of a namespace whose selectors are equal, or of which one contains the other."""
    by_item: dict[tuple[str, tuple[str, str]], list[tuple[Service | Gateway, ir.Workload]]] = {}
    for pair in workloads:
        if pair[1].labels:
            by_item.setdefault((pair[1].namespace, pair[1].labels[0]), []).append(pair)
    reported: set[frozenset[int]] = set()
    for service, resolved in workloads:
        mine = set(resolved.labels)
        for item in resolved.labels:
            for other, wider in by_item.get((resolved.namespace, item), ()):
                if other is service:
                    continue
                both = frozenset((id(service), id(other)))
                if both in reported or not set(wider.labels) <= mine:
                    continue
                reported.add(both)
                _report_overlap(context, service, other, is_same=set(wider.labels) == mine)


def _report_overlap(context: Context, service: Service | Gateway, wider: Service | Gateway, *, is_same: bool) -> None:
    what = f"{named(service)} and {named(wider)} select the same pods"
    context.problems.report(
        "ZT109",
        what if is_same else f"{named(wider)} selects the pods of {named(service)}, too",
        _selector(wider),
        related=(_selector(service, "selects the same pods" if is_same else "its pods carry those labels as well"),),
        help=("give each the labels that only its own pods carry",),
    )


def _selector(service: Service | Gateway, text: str = "") -> Label:
    """Where a workload says which pods are its own: its labels, or else the name that they come from."""
    return label(service, "name" if service.labels is None else "labels", text=text)


def mesh_defaults(context: Context, parts: list[Policy]) -> ir.MeshDefaults | None:
    """The mesh-wide defaults, which one part at most declares."""
    found: tuple[Policy, MeshDefaults] | None = None
    for part in parts:
        if part.mesh is None:
            continue
        declared = shapes.one(context.problems, part, ("mesh",), part.mesh, (MeshDefaults,), "`MeshDefaults(...)`")
        if declared is None:
            continue
        if found is not None:
            context.problems.report(
                "ZT202",
                "mesh-wide defaults are declared twice",
                label(part, "mesh"),
                related=(label(found[0], "mesh", text="first here"),),
            )
            continue
        context.problems.report_faults(declared)
        found = (part, declared)
    if found is None:
        return None
    part, declared = found
    if declared.default is None:
        _report_closed(context, parts, declared)
    mtls = weakenings.permissive(context, declared, declared.mtls)
    default = weakenings.opened(context, declared, declared.default)
    return ir.MeshDefaults(mtls, default, _owner(part), declared._origin)  # noqa: SLF001


def _report_closed(context: Context, parts: list[Policy], declared: MeshDefaults) -> None:
    """Report open namespaces that the mesh-wide default-deny closes again."""
    for part in parts:
        for owned in part.owns if isinstance(part.owns, tuple) else ():
            if isinstance(owned, Namespace) and isinstance(owned.default, Open):
                context.problems.report(
                    "ZT403",
                    f"{named(owned)} is open, and the mesh-wide default-deny closes it",
                    label(owned, "default"),
                    related=(label(declared, text="mesh-wide defaults"),),
                    help=("allow what is meant in the namespace, or weaken the mesh-wide default",),
                )


def _owner(part: Policy) -> str | None:
    return shapes.plain(part.owner) if isinstance(part.owner, str) else None
