"""The source map: from an object and a JSON pointer to the declaration behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.kinds import AuthorizationPolicy, PeerAuthentication, RequestAuthentication
from ztdsl.istio.source_map import Entry, SourceMap
from ztdsl.istio.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.istio.annotated import Printed

_ITEMS: Final = {
    AuthorizationPolicy: "/spec/rules",
    RequestAuthentication: "/spec/jwtRules",
    Telemetry: "/spec/accessLogging",
}


def source_map(manifests: Iterable[Printed]) -> SourceMap:
    """What stands behind every part of `manifests`."""
    found = SourceMap()
    for annotated in manifests:
        meta = annotated.manifest.meta
        pointers: dict[str, tuple[Entry, ...]] = {}
        if annotated.origin is not None:
            pointers[""] = (Entry(annotated.origin, annotated.declaration),)
        for index, item in enumerate(annotated.items):
            if item.origin is not None:
                pointers[_pointer(annotated, index)] = (Entry(item.origin, item.declaration),)
        found.record(type(annotated.manifest).__name__, meta.namespace, meta.name, pointers)
    return found


def _pointer(annotated: Printed, index: int) -> str:
    manifest = annotated.manifest
    if isinstance(manifest, PeerAuthentication):
        return f"/spec/portLevelMtls/{manifest.port_level[index][0]}"
    return f"{_ITEMS[type(manifest)]}/{index}"
