"""Which objects a change touches, and how old they are after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ztdsl.istio.kinds import DRY_RUN_ANNOTATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ztdsl.access.effect import Key
    from ztdsl.istio.kinds import Manifest

_REVISION: Final = "istio.io/rev"
_YOUNGEST: Final = "9999-12-31T23:59:59Z"


def key_of(manifest: Manifest) -> Key:
    """Kind, namespace and name."""
    return type(manifest).__name__, manifest.meta.namespace, manifest.meta.name


def aged(before: Sequence[Manifest], after: Sequence[Manifest]) -> tuple[Manifest, ...]:
    """The objects after the change with their ages: who was there before stays as old, and new ones are the youngest.

    An age that an object tells itself stands. That of new ones is left open where nothing tells how old others are.
    """
    created = {key_of(each): each.meta.created for each in before}
    youngest = _YOUNGEST if any(created.values()) else None
    made: list[Manifest] = []
    for each in after:
        since = each.meta.created or created.get(key_of(each), youngest)
        is_told = since == each.meta.created
        made.append(each if is_told else replace(each, meta=replace(each.meta, created=since)))
    return tuple(made)


def changed(before: Iterable[Manifest], after: Iterable[Manifest]) -> dict[Key, tuple[Manifest, ...]]:
    """The objects that a proxy reads differently on the two sides, each as it is on the sides that have it."""
    old = {key_of(each): each for each in before}
    new = {key_of(each): each for each in after}
    found: dict[Key, tuple[Manifest, ...]] = {}
    for key in dict.fromkeys((*old, *new)):
        some = tuple(each for each in (old.get(key), new.get(key)) if each is not None)
        if len(some) == 1 or (some[0] is not some[1] and _read(some[0]) != _read(some[1])):
            found[key] = some
    return found


def _read(manifest: Manifest) -> Manifest:
    """The object with what of its metadata means something to istiod."""
    meta = manifest.meta
    labels = tuple(pair for pair in meta.labels if pair[0] == _REVISION)
    annotations = tuple(pair for pair in meta.annotations if pair[0] == DRY_RUN_ANNOTATION)
    if labels == meta.labels and annotations == meta.annotations:
        return manifest
    return replace(manifest, meta=replace(meta, labels=labels, annotations=annotations))
