"""What is live: objects as a server or a file gives them, and the workloads that they are for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.kinds import Manifest
    from ztdsl.manifests.document import Place
    from ztdsl.manifests.known import KnownWorkload


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object of Istio's security kinds.

    Attributes:
        manifest: the object as istiod reads it.
        stands: where an object of a file does; None for one of a cluster.
        text: the object as JSON, with its `apiVersion` and `kind`.
    """

    manifest: Manifest
    stands: Place | None = field(repr=False)
    text: bytes = field(repr=False)

    @property
    def place(self) -> str | None:
        """`file:line` for an object of a file, worked out when asked for; None for one of a cluster."""
        if self.stands is None:
            return None
        span = self.stands.span("")
        return span.file if span.line is None else f"{span.file}:{span.line}"

    @property
    def plain(self) -> dict[str, Any]:
        """The whole object, decoded afresh: tens of thousands of decoded ones would fill the memory."""
        decoded: dict[str, Any] = json.loads(self.text)
        return decoded

    @property
    def key(self) -> tuple[str, str, str]:
        """Kind, namespace and name: what a cluster has once."""
        return type(self.manifest).__name__, self.manifest.meta.namespace, self.manifest.meta.name


@dataclass(frozen=True, slots=True)
class Live:
    """Everything of Istio's security kinds in the scope that was read; never a part of it.

    Attributes:
        objects: by kind, then in the order of the server or of the files.
        described: where they come from, such as ``context `kind-prod` ``.
        workloads: what runs there; None where it was not asked for.
        findings: warnings of the reading; never an error.
        beside: what stands outside of the scope and applies inside of it.
        unread: a namespace of such objects that this user may not read; None where all were read.
    """

    objects: tuple[LiveObject, ...]
    described: str
    workloads: tuple[KnownWorkload, ...] | None = None
    findings: tuple[Diagnostic, ...] = ()
    beside: tuple[LiveObject, ...] = ()
    unread: str | None = None
