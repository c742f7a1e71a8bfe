"""Checks over manifests: what means something else to Istio than it seems to.

A check is a module with one function `find(view)`, which yields what it finds. To add one: write the module, put it
into `registry.CHECKS` (and into `registry.ALONE` if what it finds stands whatever other objects there are), add a row
to the catalogue, a page, and a pair of manifests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.registry import ALONE, CHECKS
from ztdsl.checks.report import diagnostic_of
from ztdsl.checks.view import View
from ztdsl.diagnostics.source import distinct, sorted_findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.manifests import Read
    from ztdsl.manifests.workloads import KnownWorkload
    from ztdsl.traffic.mesh import Mesh

__all__ = ["check"]


def check(
    read: Read, mesh: Mesh, workloads: Iterable[KnownWorkload] | None = None, *, is_whole: bool = True
) -> list[Diagnostic]:
    """What the checks find, by file, line and column.

    Args:
        read: the manifests.
        mesh: the facts of their mesh.
        workloads: the inventory; checks that need one run only with it.
        is_whole: whether `read` has all that was given. Of a part only what holds beside any other object is said,
            and without requests as examples: an object that is missing could decide them.
    """
    view = View(read.documents, mesh, workloads, read.skipped, is_whole=is_whole)
    modules = CHECKS if is_whole else ALONE
    found = [diagnostic_of(each, view.documents) for module in modules for each in module.find(view)]
    return list(distinct(sorted_findings(found)))
