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
    from ztdsl.manifests import Document, LoggingDocument


class ManifestFailure(Exception):  # noqa: N818 - named for what happened
    """Files do not hold a set of objects that a cluster could hold.

    Attributes:
        diagnostics: what is wrong, with its places; errors, and warnings beside them.
    """

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        super().__init__(findings[0].message)
        self.diagnostics = tuple(findings)


def read_directory(paths: Sequence[str]) -> Live:
    """The objects of Istio's security kinds, and each Telemetry, that files, directories and stdin (`-`) hold.

    No object at all is what an empty cluster has, and no failure. An object with a server's `uid` and
    `resourceVersion` was admitted once and is not checked again; others are, as a cluster would.

    Raises:
        ManifestFailure: a file cannot be read, or a cluster would refuse an object, or has room for one of two.
    """
    read = read_manifests(paths, is_live=True, with_logging=True)
    if any(each.severity is Severity.ERROR for each in read.findings):
        raise ManifestFailure(read.findings)
    described = ", ".join("stdin" if path == "-" else f"`{path}`" for path in paths)
    objects = tuple(_live(each) for each in read.documents)
    logging = tuple(_logging(each) for each in read.telemetries)
    return Live(objects, described, findings=read.findings, telemetries=logging)


def _live(document: Document) -> LiveObject:
    return LiveObject.of(document.manifest, document.place, _text(document, document.manifest.meta.namespace))


def _logging(document: LoggingDocument) -> LiveObject:
    text = _text(document, document.namespace)
    return LiveObject(("Telemetry", document.namespace, document.name), document.created, document.place, text)


def _text(document: Document | LoggingDocument, namespace: str) -> bytes:
    """The object as JSON, with its namespace."""
    if isinstance(document.given, bytes):
        return document.given
    plain = document.plain
    if not plain.get("metadata", {}).get("namespace"):
        plain = {**plain, "metadata": {**plain["metadata"], "namespace": namespace}}
    return json.dumps(plain).encode()
