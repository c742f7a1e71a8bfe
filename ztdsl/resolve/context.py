"""What every step of `resolve` shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ztdsl.dsl.declaration import origin_of
from ztdsl.resolve.paths import path_check
from ztdsl.resolve.problems import Problems, label, named

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from ztdsl.dsl.declaration import Declaration
    from ztdsl.dsl.policy import Policy
    from ztdsl.dsl.workloads import Gateway, Namespace, Service
    from ztdsl.ir.values import Caller, Source
    from ztdsl.resolve.problems import Complaint
    from ztdsl.resolve.target import Target
    from ztdsl.traffic.mesh import Mesh


@dataclass(slots=True)
class Context:
    """One run: the mesh, today's date, the findings, and what was already worked out.

    A declaration is looked at once, however often it is used: `seen` keeps what came of it
    (None for one that is broken), so that one mistake gives one finding. Results are remembered by the
    identity of a declaration, so `kept` holds on to each for as long as the run lasts.
    """

    mesh: Mesh
    today: date
    problems: Problems = field(default_factory=Problems)
    seen: dict[int, Any] = field(default_factory=dict)
    names: dict[tuple[str, ...], Declaration] = field(default_factory=dict)
    clashes: set[int] = field(default_factory=set)
    namespace_owner: dict[str, Policy] = field(default_factory=dict)
    workload_owner: dict[int, Policy] = field(default_factory=dict)
    declared: dict[int, Service | Gateway] = field(default_factory=dict)
    by_namespace: dict[str, list[Service | Gateway]] = field(default_factory=dict)
    by_identity: dict[tuple[str, str], list[Service | Gateway]] = field(default_factory=dict)
    shared_accounts: set[str] = field(default_factory=set)
    targets: dict[tuple[int, int], Target | None] = field(default_factory=dict)
    sources: dict[int, Source | None] = field(default_factory=dict)
    plain: dict[int, Caller] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Caller] = field(default_factory=dict)
    shared_reported: set[tuple[int, tuple[str, str]]] = field(default_factory=set)
    repeated: set[tuple[int, int]] = field(default_factory=set)
    warned: set[tuple[int, str]] = field(default_factory=set)
    kept: list[Declaration] = field(default_factory=list)
    path_check: Callable[[str], Complaint | None] = field(init=False)
    """What is wrong with a path, given how the mesh normalizes paths."""

    def __post_init__(self) -> None:
        """Look up what depends on the mesh alone."""
        self.path_check = path_check(self.mesh.path_normalization)

    def register(self, declaration: Declaration, *name: str) -> bool:
        """Note the name of a declaration; a second declaration of that name is a finding (once)."""
        first = self.names.setdefault(name, declaration)
        if first is declaration:
            return True
        if id(declaration) not in self.clashes:
            self.clashes.add(id(declaration))
            earlier, later = _in_order(first, declaration)
            field = "issuer" if name[0] == "issuer" else "name"
            self.problems.report(
                "ZT108",
                f"{named(declaration)} is declared twice",
                label(later, field, text="second declaration"),
                related=(label(earlier, field, text="first declaration"),),
                help=("import the first declaration, or give one of them another name",),
            )
        return False

    def owner_of(self, target: Service | Gateway) -> Policy | None:
        """The policy that decides about a workload: its own owner, else its namespace's."""
        return self.workload_owner.get(id(target)) or self.namespace_owner.get(_namespace_name(target.namespace))


def _in_order(first: Declaration, second: Declaration) -> tuple[Declaration, Declaration]:
    """Two declarations as they stand in one file; as they were met, if they stand in two."""
    here, there = origin_of(first).sort_key(), origin_of(second).sort_key()
    return (second, first) if here[0] == there[0] and there < here else (first, second)


def _namespace_name(namespace: Namespace) -> str:
    return str(getattr(namespace, "name", ""))
