"""Live objects of Istio's security kinds: from a cluster through `kubectl`, or from files. Nothing is written."""

from __future__ import annotations

from ztdsl.cluster.directory import ManifestFailure, read_directory
from ztdsl.cluster.failure import ClusterFailure
from ztdsl.cluster.live import Live, LiveObject
from ztdsl.cluster.reading import read_cluster
from ztdsl.cluster.selection import Selection

__all__ = [
    "ClusterFailure",
    "Live",
    "LiveObject",
    "ManifestFailure",
    "Selection",
    "read_cluster",
    "read_directory",
]
