"""The Model becomes manifests that allow exactly what it says.

Within a namespace the order is that of a safe apply: what reads tokens before what needs them, what is
allowed before the policy that allows nothing, STRICT mutual TLS last; the mesh-wide defaults come at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ztdsl.istio.annotated import Annotated
from ztdsl.lower.authentication import TokenRules, namespace_mtls, port_exceptions, weakened
from ztdsl.lower.authorization import Authorizations, allow_nothing

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.ir import model as ir

MANAGED_BY: Final = "app.kubernetes.io/managed-by"
PART_OF: Final = "app.kubernetes.io/part-of"


@dataclass(frozen=True, slots=True)
class Lowered:
    """The manifests in the order of a safe apply, and what stood in the way of some."""

    manifests: tuple[Annotated, ...]
    findings: tuple[Diagnostic, ...]


def lower(model: ir.Model) -> Lowered:
    """The manifests of `model`; where there are findings, they are not to be used."""
    labels = ((MANAGED_BY, "ztc"), (PART_OF, model.policy))
    authorizations = Authorizations(model, labels)
    tokens = TokenRules(model, labels)
    users = _issuers_of(model)
    owned = {each.name: each for each in model.namespaces}
    before: dict[str, list[Annotated]] = {}
    allows: dict[str, list[Annotated]] = {}
    last: dict[str, list[Annotated]] = {}
    for workload in model.workloads:
        if (issuers := users.get((workload.namespace, workload.name))) is not None:
            before.setdefault(workload.namespace, []).extend(tokens.authentications(workload, issuers))
        exceptions = port_exceptions(workload, owned.get(workload.namespace), labels)
        if exceptions is not None:
            last.setdefault(workload.namespace, []).append(exceptions)
    for policy in authorizations.policies():
        allows.setdefault(policy.manifest.meta.namespace, []).append(policy)
    found: list[Annotated] = []
    for name in sorted({*owned, *before, *allows, *last}):
        found += before.get(name, ())
        found += allows.get(name, ())
        namespace = owned.get(name)
        if namespace is not None and namespace.default is None:
            found.append(_default_deny(namespace, labels))
        found += last.get(name, ())
        if namespace is not None:
            found.append(_namespace_mtls(namespace, labels))
    found += _mesh_defaults(model, labels)
    return Lowered(tuple(found), (*authorizations.findings, *tokens.findings))


def _issuers_of(model: ir.Model) -> dict[tuple[str, str], set[str]]:
    users: dict[tuple[str, str], set[str]] = {}
    for rule in model.rules:
        for caller in rule.callers:
            if caller.user is not None and rule.workload is not None:
                users.setdefault((rule.namespace, rule.workload), set()).add(caller.user.issuer)
    return users


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
