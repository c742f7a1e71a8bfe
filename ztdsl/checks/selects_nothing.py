"""ZT331: a selector matches no workload of the inventory."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Final

from ztdsl.checks.finding import Found
from ztdsl.checks.overlap import labels_of
from ztdsl.istio.kinds import PeerAuthentication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.place import Place
    from ztdsl.checks.view import View

CODE = "ZT331"
_ALIKE: Final = 2  # characters that a misspelt value has in common with the right one
_MOST: Final = 200
_PODS: Final = "use the labels of the pods, which may differ from those of their Deployment"


def find(view: View) -> Iterator[Found]:
    """Objects with a selector that no workload has the labels of, in namespaces that the inventory covers."""
    if view.workloads is None:
        return
    root = view.mesh.root_namespace
    everywhere, by_namespace = _Labels(), dict[str, _Labels]()
    for place in view.workloads:
        everywhere.add(place)
        by_namespace.setdefault(place.namespace, _Labels()).add(place)
    for index, document in enumerate(view.documents):
        manifest = document.manifest
        namespace = manifest.meta.namespace
        labels = labels_of(manifest)
        if not labels or view.selects(index) or (namespace == root and isinstance(manifest, PeerAuthentication)):
            continue
        there = everywhere if namespace == root else by_namespace.get(namespace)
        if there is not None:
            key, value = min(labels, key=there.count)
            yield Found(
                CODE,
                index,
                f"/spec/selector/matchLabels/{key.replace('~', '~0').replace('/', '~1')}",
                f"`{manifest.meta.name}` selects no workload of the inventory",
                "no workload there has this label" if not there.count((key, value)) else "no workload has all of these",
                help=(there.advice(key, value),),
            )


class _Labels:
    """The labels of some workloads, counted."""

    def __init__(self) -> None:
        self._values: dict[str, Counter[str]] = {}

    def add(self, place: Place) -> None:
        for key, value in place.labels.items():
            self._values.setdefault(key, Counter())[value] += 1

    def count(self, pair: tuple[str, str]) -> int:
        """How many workloads have a label."""
        key, value = pair
        return self._values[key][value] if key in self._values else 0

    def advice(self, key: str, value: str) -> str:
        """What could be meant by a label that does not fit."""
        if key not in self._values:
            close = get_close_matches(key, self._values, n=1)
            return f"did you mean the label `{close[0]}`?" if close else _PODS
        alike = (each for each in self._values[key] if each[:_ALIKE] == value[:_ALIKE] and each != value)
        close = get_close_matches(value, list(islice(alike, _MOST)), n=1)
        return f"did you mean `{key}: {close[0]}`?" if close else _PODS
