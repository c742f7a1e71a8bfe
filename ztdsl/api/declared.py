"""What is compared with a cluster: the manifests of a policy, or those of files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ztdsl.diagnostics.report import Report
from ztdsl.diagnostics.source import display_path, sorted_findings
from ztdsl.diff.access_logs import LOGGING
from ztdsl.diff.change import Ownership, Wanted
from ztdsl.diff.owners import OURS, labels_of
from ztdsl.istio.document import document
from ztdsl.lower import MANAGED_BY, PART_OF
from ztdsl.manifests.document import Document
from ztdsl.pipeline import Options, configure, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ztdsl.config import Configuration
    from ztdsl.dsl.policy import Policy
    from ztdsl.ir.model import Model
    from ztdsl.istio.kinds import Manifest
    from ztdsl.istio.source_map import SourceMap
    from ztdsl.istio.telemetry import Telemetry
    from ztdsl.manifests.document import LoggingDocument


@dataclass(frozen=True, slots=True)
class Declared:
    """One side of a comparison.

    Attributes:
        report: every finding.
        configuration: the settings it was read with.
        words: what it is, such as "policy `shop`".
        wanted: the objects; empty where there are errors.
        manifests: those that decide about requests, as istiod reads them: each but Telemetry.
        owned: what belongs to it.
        model: what the policy says; None for files.
    """

    report: Report
    configuration: Configuration
    words: str
    wanted: tuple[Wanted, ...]
    manifests: tuple[Manifest, ...]
    owned: Ownership
    model: Model | None


def nothing(configuration: Configuration, words: str) -> Declared:
    """No object at all: what stood before anything was declared."""
    return Declared(Report(()), configuration, words, (), (), Ownership(frozenset(), frozenset()), None)


def of_policy(source: str | Path | Policy, options: Options, former: Iterable[str] = ()) -> Declared:
    """The manifests of a policy, each part with the line that declares it.

    Raises:
        ConfigurationFailure, LoadFailure: as for `build_manifests`.
    """
    from ztdsl.lower.trace import source_map  # noqa: PLC0415 - a policy with errors needs none

    result = run(source, options)
    words = f"policy `{result.report.policy}`" if result.report.policy else "the policy"
    if result.model is None or result.manifests is None:
        return Declared(result.report, result.configuration, words, (), (), Ownership(frozenset(), frozenset()), None)
    manifests = tuple(each.manifest for each in result.manifests)
    logging = tuple(each.manifest for each in result.telemetries)
    origins = source_map([*result.manifests, *result.telemetries])
    wanted = tuple(_of_manifest(each, origins) for each in (*manifests, *logging))
    owned = replace(_owned_by(result.model, (*manifests, *logging), former), logs=bool(logging))
    return Declared(result.report, result.configuration, words, wanted, manifests, owned, result.model)


def of_files(
    paths: Sequence[str], options: Options, former: Iterable[str] = (), namespace: str | None = None
) -> Declared:
    """The manifests of files, each part with its line.

    Without a policy, ownership is what labels say: the policies are those that the objects name as theirs, and the
    namespaces those that the objects are in.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
    """
    from ztdsl.manifests import read_manifests  # noqa: PLC0415 - a policy needs none of it

    configuration = configure(None, options)
    read = read_manifests(paths, namespace, with_logging=True)
    report = Report(sorted_findings(read.findings))
    words = ", ".join("stdin" if path == "-" else f"`{path}`" for path in paths)
    if report.has_errors:
        return Declared(report, configuration, words, (), (), Ownership(frozenset(), frozenset()), None)
    documents: list[Document | LoggingDocument] = [*read.documents, *read.telemetries]
    wanted = tuple(_of_document(each) for each in documents)
    policies = frozenset(
        labels[PART_OF]
        for each in wanted
        if (labels := labels_of(each.plain)).get(MANAGED_BY) == OURS and PART_OF in labels
    )
    namespaces = frozenset(_document_key(each)[1] for each in documents)
    owned = Ownership(policies, namespaces, namespaces, frozenset(former), logs=bool(read.telemetries))
    return Declared(report, configuration, words, wanted, tuple(each.manifest for each in read.documents), owned, None)


def key_of(manifest: Manifest | Telemetry) -> tuple[str, str, str]:
    """Kind, namespace and name."""
    return type(manifest).__name__, manifest.meta.namespace, manifest.meta.name


def _of_manifest(manifest: Manifest | Telemetry, origins: SourceMap) -> Wanted:
    key = key_of(manifest)
    return Wanted(key, partial(document, manifest), partial(_line, origins, key))


def _line(origins: SourceMap, key: tuple[str, str, str], pointer: str) -> str | None:
    entries = origins.lookup(*key, pointer)
    if not entries:
        return None
    position = entries[0].origin.position
    return f"{display_path(position.file)}:{position.line}"


def _of_document(found: Document | LoggingDocument) -> Wanted:
    plain = found.plain
    key = _document_key(found)
    if not plain["metadata"].get("namespace"):
        plain = {**plain, "metadata": {**plain["metadata"], "namespace": key[1]}}
    return Wanted(key, lambda: plain, partial(_place, found))


def _document_key(found: Document | LoggingDocument) -> tuple[str, str, str]:
    if isinstance(found, Document):
        return key_of(found.manifest)
    return LOGGING, found.namespace, found.name


def _place(found: Document | LoggingDocument, pointer: str) -> str | None:
    span = found.span(pointer)
    return span.file if span.line is None else f"{span.file}:{span.line}"


def _owned_by(model: Model, manifests: Iterable[Manifest | Telemetry], former: Iterable[str]) -> Ownership:
    """A namespace is owned whole; of one in which only services are owned, others may declare the rest."""
    root = {model.mesh.root_namespace} if model.defaults is not None else set()
    whole = root | {each.name for each in model.namespaces}
    touched = whole | {each.namespace for each in model.workloads} | {each.meta.namespace for each in manifests}
    return Ownership(frozenset({model.policy}), frozenset(whole), frozenset(touched), frozenset(former))
