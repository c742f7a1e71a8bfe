"""The Model becomes manifests that allow exactly what it says.

Within a namespace the order is that of a safe apply: what reads tokens before what needs them, what is denied before
what is allowed, that before the policy that allows nothing, mutual TLS last; the mesh-wide defaults come at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.ir import model as ir
from ztdsl.istio.annotated import Annotated
from ztdsl.istio.kinds import AuthorizationPolicy, Meta, Selector
from ztdsl.lower import names
from ztdsl.lower.authentication import TokenRules, namespace_mtls, weakened, workload_mtls
from ztdsl.lower.authorization import Authorizations, allow_nothing
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.annotated import AnnotatedTelemetry

MANAGED_BY: Final = "app.kubernetes.io/managed-by"
PART_OF: Final = "app.kubernetes.io/part-of"


@dataclass(frozen=True, slots=True)
class Lowered:
    """The manifests in the order of a safe apply, what stood in the way of some, and what logs their decisions."""

    manifests: tuple[Annotated, ...]
    findings: tuple[Diagnostic, ...]
    telemetries: tuple[AnnotatedTelemetry, ...] = ()


def lower(model: ir.Model) -> Lowered:
    """The manifests of `model`; where there are findings, they are not to be used."""
    labels = ((MANAGED_BY, "ztc"), (PART_OF, model.policy))
    authorizations = Authorizations(model, labels)
    tokens = TokenRules(model, labels)
    users = _issuers_of(model)
    owned = {each.name: each for each in model.namespaces}
    allowed = {(r.namespace, r.workload) for r in model.rules if r.effect is ir.Effect.ALLOW and r.dry_run is None}
    before: dict[str, list[Annotated]] = {}
    denies: dict[str, list[Annotated]] = {}
    allows: dict[str, list[Annotated]] = {}
    last: dict[str, list[Annotated]] = {}
    for workload in model.workloads:
        if (issuers := users.get((workload.namespace, workload.name))) is not None:
            before.setdefault(workload.namespace, []).extend(tokens.authentications(workload, issuers))
        is_ours = workload.namespace in owned
        mtls = workload_mtls(workload, labels, is_namespace_ours=is_ours)
        if mtls is not None:
            last.setdefault(workload.namespace, []).append(mtls)
        if not is_ours and workload.default is None and (workload.namespace, workload.name) not in allowed:
            last.setdefault(workload.namespace, []).insert(0, _workload_deny(workload, labels))
    for policy in authorizations.policies():
        is_deny = isinstance(policy.manifest, AuthorizationPolicy) and policy.manifest.action == "DENY"
        (denies if is_deny else allows).setdefault(policy.manifest.meta.namespace, []).append(policy)
    found: list[Annotated] = []
    for name in sorted({*owned, *before, *denies, *allows, *last}):
        found += before.get(name, ())
        found += denies.get(name, ())
        found += allows.get(name, ())
        namespace = owned.get(name)
        if namespace is not None and namespace.default is None:
            found.append(_default_deny(namespace, labels))
        found += last.get(name, ())
        if namespace is not None:
            found.append(_namespace_mtls(namespace, labels))
    found += _mesh_defaults(model, labels)
    return Lowered(tuple(found), (*authorizations.findings, *tokens.findings), _telemetries(model, labels))


def _telemetries(model: ir.Model, labels: tuple[tuple[str, str], ...]) -> tuple[AnnotatedTelemetry, ...]:
    if not model.logs:
        return ()
    from ztdsl.lower.logs import telemetries  # noqa: PLC0415 - few policies declare logs

    return telemetries(model, labels)


def _issuers_of(model: ir.Model) -> dict[tuple[str, str], set[str]]:
    users: dict[tuple[str, str], set[str]] = {}
    for rule in model.rules:
        for caller in rule.callers:
            if caller.user is not None and rule.workload is not None:
                users.setdefault((rule.namespace, rule.workload), set()).add(caller.user.issuer)
    return users


def _workload_deny(workload: ir.Workload, labels: tuple[tuple[str, str], ...]) -> Annotated:
    """Default-deny for a workload that nothing is allowed at, in a namespace that another policy owns."""
    name = names.authorization(workload.name, ir.Effect.ALLOW, is_dry_run=False, part=1)
    meta = Meta(name, workload.namespace, labels)
    manifest = AuthorizationPolicy(meta, Selector(workload.labels), (), "ALLOW", None, ())
    comments = ("default-deny: no rule allows anything",)
    return Annotated(manifest, comments, (), workload.origin, f"{workload.kind} `{workload.name}`")


def _default_deny(namespace: ir.Namespace, labels: tuple[tuple[str, str], ...]) -> Annotated:
    comments = ("default-deny: only what other policies allow is let in", *_owner(namespace.owner))
    manifest = allow_nothing(namespace.name, labels)
    return Annotated(manifest, comments, (), namespace.origin, f"namespace `{namespace.name}`")


def _namespace_mtls(namespace: ir.Namespace, labels: tuple[tuple[str, str], ...]) -> Annotated:
    comments = (
        *weakened("permissive", namespace.mtls),
        *weakened("no default-deny", namespace.default),
        *_owner(namespace.owner),
    )
    manifest = namespace_mtls(namespace.name, namespace.mtls, labels)
    return Annotated(manifest, comments, (), namespace.origin, f"namespace `{namespace.name}`")


def _mesh_defaults(model: ir.Model, labels: tuple[tuple[str, str], ...]) -> list[Annotated]:
    defaults = model.defaults
    if defaults is None:
        return []
    root = model.mesh.root_namespace
    found: list[Annotated] = []
    if defaults.default is None:
        comments = ("default-deny for the whole mesh", *_owner(defaults.owner))
        found.append(Annotated(allow_nothing(root, labels), comments, (), defaults.origin, "mesh defaults"))
    comments = (
        "mutual TLS for the whole mesh",
        *weakened("permissive", defaults.mtls),
        *weakened("no default-deny", defaults.default),
        *_owner(defaults.owner),
    )
    found.append(Annotated(namespace_mtls(root, defaults.mtls, labels), comments, (), defaults.origin, "mesh defaults"))
    return found


def _owner(owner: str | None) -> tuple[str, ...]:
    return () if owner is None else (f"owner: {owner}",)
