"""Live objects of Istio's security kinds, from a cluster or from files. Nothing is written; `apply` has dry runs."""

from __future__ import annotations

from ztdsl.cluster.directory import ManifestFailure, read_directory
from ztdsl.cluster.failure import ClusterFailure
from ztdsl.cluster.live import Live, LiveObject
from ztdsl.cluster.reading import read_cluster
from ztdsl.cluster.reply import Held, Reply
from ztdsl.cluster.selection import Selection

__all__ = [
    "ClusterFailure",
    "Held",
    "Live",
    "LiveObject",
    "ManifestFailure",
    "Reply",
    "Selection",
    "read_cluster",
    "read_directory",
]
