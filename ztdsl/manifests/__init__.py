"""Manifests and inventories of workloads as files hold them: read strictly, within bounds, with their places."""

from __future__ import annotations

from ztdsl.manifests.document import Document, LoggingDocument
from ztdsl.manifests.reading import Read, read_manifests
from ztdsl.manifests.workloads import KnownPort, KnownWorkload, read_workloads

__all__ = ["Document", "KnownPort", "KnownWorkload", "LoggingDocument", "Read", "read_manifests", "read_workloads"]
