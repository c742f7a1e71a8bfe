"""What is live: objects as a server or a file gives them, what logs their decisions, and the workloads they are for."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from ztdsl.istio.read import from_manifest

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.kinds import Manifest
    from ztdsl.manifests.document import Place
    from ztdsl.manifests.known import KnownWorkload


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object of Istio's security kinds, which was read as a manifest once, or a Telemetry.

    Attributes:
        key: kind, namespace and name: what a cluster has once.
        created: when the server made it (RFC 3339); None where nothing tells.
        stands: where an object of a file does; None for one of a cluster.
        text: the object as JSON, with its `apiVersion` and `kind`.
    """

    key: tuple[str, str, str]
    created: str | None
    stands: Place | None = field(repr=False)
    text: bytes = field(repr=False)

    @classmethod
    def of(cls, manifest: Manifest, stands: Place | None, text: bytes) -> LiveObject:
        """The object that was read as `manifest`."""
        meta = manifest.meta
        return cls((type(manifest).__name__, meta.namespace, meta.name), meta.created, stands, text)

    @property
    def manifest(self) -> Manifest:
        """The object as istiod reads it, made afresh as `plain` is; a Telemetry is none that decides."""
        return from_manifest(self.plain)

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
        decoded: dict[str, Any]
        with suppress(msgspec.DecodeError):  # stricter than the standard library, and faster by half
            decoded = msgspec.json.decode(self.text)
            return decoded
        decoded = json.loads(self.text)
        return decoded


@dataclass(frozen=True, slots=True)
class Live:
    """Everything of Istio's security kinds in the scope that was read, and every Telemetry; never a part of a kind.

    Attributes:
        objects: by kind, then in the order of the server or of the files.
        described: where they come from, such as ``context `kind-prod` ``.
        workloads: what runs there; None where it was not asked for.
        findings: warnings of the reading; never an error.
        beside: what stands outside of the scope and applies inside of it.
        unread: a namespace of such objects that this user may not read; None where all were read.
        telemetries: what logs in the scope, which decides about no request.
        unlogged: why they were not read, for whoever compares none; None where they were.
    """

    objects: tuple[LiveObject, ...]
    described: str
    workloads: tuple[KnownWorkload, ...] | None = None
    findings: tuple[Diagnostic, ...] = ()
    beside: tuple[LiveObject, ...] = ()
    unread: str | None = None
    telemetries: tuple[LiveObject, ...] = ()
    unlogged: str | None = None
