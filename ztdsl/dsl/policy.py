"""The root of a policy: what it owns, what it declares, which rules it makes, of which parts it consists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.dsl.declaration import Declaration, as_tuple
from ztdsl.quick import KW_ONLY, dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.dsl.logs import AccessLog
    from ztdsl.dsl.rules import Rule
    from ztdsl.dsl.workloads import Gateway, MeshDefaults, Namespace, Service


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Policy(Declaration):
    """Everything that one build renders.

    Attributes:
        name: becomes the label `app.kubernetes.io/part-of` of every object; an RFC 1123 label.
        owns: namespaces whose defaults and workloads this policy decides about, or single services of
            a namespace that another policy owns. Only the owner of a callee grants access to it.
        services: the services and gateways of what it owns.
        rules: what is allowed, denied and audited.
        parts: other policies that are built together with this one, each with its own ownership.
        logs: which decisions are written to an access log.
        mesh: the mesh-wide defaults, which exactly one policy of a mesh declares.
        owner: the team that answers for it; becomes a comment.
    """

    name: str
    _: KW_ONLY
    owns: Sequence[Namespace | Service | Gateway] = ()
    services: Sequence[Service | Gateway] = ()
    rules: Sequence[Rule] = ()
    parts: Sequence[Policy] = ()
    logs: Sequence[AccessLog] = ()
    mesh: MeshDefaults | None = None
    owner: str | None = None

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "owns", "services", "rules", "parts", "logs")
