"""Findings about objects of which two policies disagree whose they are, and about namespaces without any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.catalogue import diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diff.change import Ownership, Plan, Wanted

_MOST_NAMED: Final = 5


def conflicts(found: Plan, owned: Ownership) -> list[Diagnostic]:
    """An error for each object of which two policies disagree, and one for all in namespaces that are not ours."""
    findings: list[Diagnostic] = []
    strays: dict[str, list[str]] = {}
    for each in found.of("conflict"):
        if each.claimed_by is None:
            strays.setdefault(each.key.namespace, []).append(f"{each.key.kind} `{each.key.name}`")
            continue
        name = f"{each.key.kind} `{each.key.namespace}/{each.key.name}`"
        message = f"{name} belongs to policy `{each.claimed_by}` in the cluster"
        note = [f"it is declared here, at {each.declared_at}"] if each.declared_at else []
        advice = [
            "declare the workload in one of the two policies",
            f"if `{each.claimed_by}` is this policy's old name, relabel its objects first",
        ]
        findings.append(diagnostic("ZT730", message, None, notes=note, help=advice))
    names = " and ".join(f"`{name}`" for name in sorted(owned.policies))
    for namespace, objects in sorted(strays.items()):
        listed = ", ".join(objects[:_MOST_NAMED]) + (", …" if len(objects) > _MOST_NAMED else "")
        message = f"namespace `{namespace}` has objects of a policy {names}, and this one declares nothing there"
        advice = [
            f"if the policy has left the namespace, say so: `--former-namespace {namespace}` lists them as deletions",
            "if another policy has the same name, rename one of the two",
        ]
        findings.append(diagnostic("ZT731", message, None, notes=[listed], help=advice))
    return findings


def without_objects(namespaces: Iterable[str], wanted: Sequence[Wanted], found: Plan) -> list[Diagnostic]:
    """A warning for each of these namespaces in which nothing is declared and nothing differs: it may be misspelt."""
    known = {each.key[1] for each in wanted} | {each.key.namespace for each in found.changes}
    advice = ["see whether the name is right: what is declared elsewhere is not compared"]
    return [
        diagnostic(
            "ZT734", f"nothing is declared in namespace `{name}`, and nothing of it is compared", None, help=advice
        )
        for name in dict.fromkeys(namespaces)
        if name not in known
    ]
