"""Which objects may apply to one workload together, as far as their selectors tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ztdsl.istio.kinds import Manifest

Labels = tuple[tuple[str, str], ...]


def labels_of(manifest: Manifest) -> Labels:
    """The labels of the object's selector, by key; empty where it selects everything in its scope."""
    return () if manifest.selector is None else tuple(sorted(manifest.selector.match_labels))


def references_of(manifest: Manifest) -> frozenset[tuple[str, str]]:
    """What the object's target references name, by kind and name."""
    references = getattr(manifest, "target_refs", ())
    return frozenset((each.kind, each.name) for each in references)


class Overlaps:
    """Objects of one kind, found by whether one workload can have the labels of both selectors.

    Two selectors exclude each other only where they ask for different values of one label. Groups of selectors with
    the same keys are indexed by the values that a question shares with them, so that a question costs what it finds.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._groups: dict[str, dict[tuple[str, ...], _Group]] = {}

    def add(self, index: int, manifest: Manifest) -> None:
        """Take in an object under its index."""
        labels = labels_of(manifest)
        groups = self._groups.setdefault(manifest.meta.namespace, {})
        keys = tuple(key for key, _ in labels)
        group = groups.get(keys)
        if group is None:
            group = groups[keys] = _Group(keys)
        group.add(index, manifest, labels)

    def with_(self, manifest: Manifest) -> Iterator[tuple[int, Manifest]]:
        """The objects that may apply where `manifest` does, itself among them if it was added."""
        wanted = dict(labels_of(manifest))
        own = references_of(manifest)
        for namespace in self._namespaces(manifest.meta.namespace):
            for group in self._groups.get(namespace, {}).values():
                for index, other in group.compatible(wanted):
                    theirs = references_of(other)
                    if not (own and theirs) or own & theirs:
                        yield index, other

    def _namespaces(self, namespace: str) -> Iterable[str]:
        return tuple(self._groups) if namespace == self._root else dict.fromkeys((namespace, self._root))


class _Group:
    """The objects whose selectors have the same keys."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys
        self._members: list[tuple[int, Manifest, Labels]] = []
        self._by_shared: dict[tuple[str, ...], dict[Labels, list[tuple[int, Manifest]]]] = {}

    def add(self, index: int, manifest: Manifest, labels: Labels) -> None:
        self._members.append((index, manifest, labels))

    def compatible(self, wanted: Mapping[str, str]) -> Iterable[tuple[int, Manifest]]:
        shared = tuple(key for key in self._keys if key in wanted)
        by_values = self._by_shared.get(shared)
        if by_values is None:
            by_values = self._by_shared[shared] = {}
            for index, manifest, labels in self._members:
                values = tuple(pair for pair in labels if pair[0] in shared)
                by_values.setdefault(values, []).append((index, manifest))
        return by_values.get(tuple((key, wanted[key]) for key in shared), ())
