"""An inventory of workloads: names, labels, ports and accounts, from our own form or from Kubernetes objects.

Kubernetes objects are those that `kubectl get pods,services -o json` prints, or the manifests that make them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.manifests.cluster import Cluster
from ztdsl.manifests.files import texts
from ztdsl.manifests.inventory import is_inventory, listed
from ztdsl.manifests.known import KnownPort, KnownWorkload
from ztdsl.manifests.objects import objects
from ztdsl.manifests.source import Source
from ztdsl.manifests.traps import unreadable
from ztdsl.manifests.unreadable import Unreadable

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic

__all__ = ["KnownPort", "KnownWorkload", "read_workloads"]


def read_workloads(path: str) -> tuple[tuple[KnownWorkload, ...], tuple[Diagnostic, ...]]:
    """The workloads that a file, a directory or stdin (`-`) lists, and what is wrong with it."""
    problems: list[Diagnostic] = []
    own: list[KnownWorkload] = []
    cluster = Cluster()
    for file, text in texts([path], problems):
        source = Source(file, text)
        try:
            for number, plain in enumerate(source.documents()):
                if is_inventory(plain):
                    own += listed(source, number, plain["workloads"], problems)
                    continue
                for _, each in objects(plain):
                    if isinstance(each, dict):
                        cluster.take(each)
        except Unreadable as error:
            problems.append(unreadable(file, text, error))
    found = (*own, *cluster.workloads())
    if not found and not problems:
        problems.append(diagnostic("ZT029", f"`{path}` lists no workload", None))
    return found, tuple(problems)
