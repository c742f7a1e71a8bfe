"""ZT331: a selector matches no workload of the inventory."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.overlap import labels_of
from ztdsl.istio.kinds import PeerAuthentication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.place import Place
    from ztdsl.checks.view import View

CODE = "ZT331"


def find(view: View) -> Iterator[Found]:
    """Objects with a selector that no workload has the labels of, in namespaces that the inventory covers."""
    if view.workloads is None:
        return
    by_namespace: dict[str, list[Place]] = {}
    for place in view.workloads:
        by_namespace.setdefault(place.namespace, []).append(place)
    for index, document in enumerate(view.documents):
        manifest = document.manifest
        labels = labels_of(manifest)
        is_root = manifest.meta.namespace == view.mesh.root_namespace
        if not labels or view.selects(index) or (is_root and isinstance(manifest, PeerAuthentication)):
            continue
        places = view.workloads if is_root else by_namespace.get(manifest.meta.namespace, [])
        if places:
            key, value, near = _nearest(labels, places)
            yield Found(
                CODE,
                index,
                f"/spec/selector/matchLabels/{key.replace('~', '~0').replace('/', '~1')}",
                f"`{manifest.meta.name}` selects no workload of the inventory",
                f"no workload {'there ' if not is_root else ''}has `{key}: {value}` with the other labels"
                if len(labels) > 1
                else f"no workload {'there ' if not is_root else ''}has this label",
                help=(near,),
            )


def _nearest(labels: tuple[tuple[str, str], ...], places: list[Place]) -> tuple[str, str, str]:
    """The label that fits least, and what could be meant."""
    key, value = min(labels, key=lambda pair: sum(place.labels.get(pair[0]) == pair[1] for place in places))
    values = sorted({place.labels[key] for place in places if key in place.labels})
    near = get_close_matches(value, values, n=1)
    if near and near[0] != value:
        return key, value, f"did you mean `{key}: {near[0]}`?"
    if not values:
        keys = sorted({each for place in places for each in place.labels})
        close = get_close_matches(key, keys, n=1)
        return key, value, f"did you mean the label `{close[0]}`?" if close else "use the labels of the pods"
    return key, value, "use the labels of the pods, which may differ from those of their Deployment"
