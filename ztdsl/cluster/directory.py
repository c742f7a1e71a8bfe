"""Files in place of a cluster: an export, or the repository that a cluster is synced from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ztdsl.cluster.live import Live, LiveObject
from ztdsl.diagnostics.model import Severity
from ztdsl.manifests import read_manifests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.manifests import Document


class ManifestFailure(Exception):  # noqa: N818 - named for what happened
    """Files do not hold a set of objects that a cluster could hold.

    Attributes:
        diagnostics: what is wrong, with its places; errors, and warnings beside them.
    """

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        super().__init__(findings[0].message)
        self.diagnostics = tuple(findings)


def read_directory(paths: Sequence[str]) -> Live:
    """The objects of Istio's security kinds that files, directories and stdin (`-`) hold.

    No object at all is what an empty cluster has, and no failure. An object with a server's `uid` and
    `resourceVersion` was admitted once and is not checked again; others are, as a cluster would.

    Raises:
        ManifestFailure: a file cannot be read, or a cluster would refuse an object, or has room for one of two.
    """
    read = read_manifests(paths, is_live=True)
    if any(each.severity is Severity.ERROR for each in read.findings):
        raise ManifestFailure(read.findings)
    described = ", ".join("stdin" if path == "-" else f"`{path}`" for path in paths)
    return Live(tuple(_live(each) for each in read.documents), described, findings=read.findings)


def _live(document: Document) -> LiveObject:
    if isinstance(document.given, bytes):
        return LiveObject.of(document.manifest, document.place, document.given)
    plain = document.plain
    if not plain.get("metadata", {}).get("namespace"):
        plain = {**plain, "metadata": {**plain["metadata"], "namespace": document.manifest.meta.namespace}}
    return LiveObject.of(document.manifest, document.place, json.dumps(plain).encode())
