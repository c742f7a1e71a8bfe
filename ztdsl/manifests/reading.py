"""Manifests from files: every object of Istio's security kinds, checked as a cluster would, with its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Severity
from ztdsl.istio.read import from_manifest
from ztdsl.manifests.admitted import refusals
from ztdsl.manifests.document import Document, Place
from ztdsl.manifests.files import texts
from ztdsl.manifests.objects import objects
from ztdsl.manifests.source import Source
from ztdsl.manifests.traps import unreadable
from ztdsl.manifests.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ztdsl.diagnostics.model import Diagnostic

KINDS: Final = frozenset({"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"})
_GROUP: Final = "security.istio.io/"
_DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Read:
    """What paths hold.

    Attributes:
        documents: the objects of Istio's security kinds that a cluster admits, in the order of the files.
        skipped: how many objects of other kinds there are, by kind.
        findings: everything that is wrong with the files and with the objects.
    """

    documents: tuple[Document, ...]
    skipped: Mapping[str, int]
    findings: tuple[Diagnostic, ...]


def read_manifests(paths: Sequence[str], namespace: str | None = None) -> Read:
    """The manifests that files, directories and stdin hold.

    Args:
        paths: names of files and directories; `-` is stdin.
        namespace: where objects belong that name no namespace; `default` is assumed, with a warning, if None.
    """
    problems: list[Diagnostic] = []
    skipped: Counter[str] = Counter()
    documents: list[Document] = []
    for file, text in texts(paths, problems):
        source = Source(file, text)
        try:
            for number, plain in enumerate(source.documents()):
                for path, each in objects(plain):
                    _take(source, Place(source, number, path), each, namespace, (documents, skipped, problems))
        except Unreadable as error:
            problems.append(unreadable(file, text, error))
    problems += _repeated(documents)
    if not documents and not problems:
        others = f"; {sum(skipped.values())} objects are of other kinds" if skipped else ""
        problems.append(diagnostic("ZT026", f"no manifest of Istio's security kinds is there{others}", None))
    return Read(tuple(documents), dict(skipped), tuple(problems))


def _take(
    source: Source,
    place: Place,
    plain: Any,  # noqa: ANN401 - what a file holds
    namespace: str | None,
    into: tuple[list[Document], Counter[str], list[Diagnostic]],
) -> None:
    documents, skipped, problems = into
    if not isinstance(plain, dict) or not _is_named(plain.get("kind")) or not _is_named(plain.get("apiVersion")):
        message = "a document is no Kubernetes object: it lacks a text as `kind` or as `apiVersion`"
        problems.append(diagnostic("ZT021", message, Label(place.span(""))))
        return
    kind = plain["kind"]
    if kind not in KINDS or not plain["apiVersion"].startswith(_GROUP):
        skipped[kind] += 1
        return
    found = refusals(plain, place)
    problems += found
    if any(each.severity is Severity.ERROR for each in found):
        return
    metadata = plain.get("metadata")
    assumed = namespace
    if isinstance(metadata, dict) and not metadata.get("namespace") and namespace is None:
        message = f"`{metadata.get('name')}` names no namespace; `{_DEFAULT}` is assumed"
        problems.append(diagnostic("ZT027", message, Label(place.span("/metadata"))))
        assumed = _DEFAULT
    try:
        manifest = from_manifest(plain, assumed)
    except ValueError as error:
        problems.append(diagnostic("ZT040", f"a cluster cannot read the object: {error}", Label(place.span(""))))
        return
    documents.append(Document(source.name, plain, manifest, place))


def _is_named(word: object) -> bool:
    return isinstance(word, str) and word != ""


def _repeated(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    """Objects of one name: of these only the last one applied is left in a cluster."""
    first: dict[tuple[str, str, str], Document] = {}
    for document in documents:
        meta = document.manifest.meta
        key = (type(document.manifest).__name__, meta.namespace, meta.name)
        earlier = first.setdefault(key, document)
        if earlier is not document:
            yield diagnostic(
                "ZT028",
                f"{key[0]} `{meta.namespace}/{meta.name}` is given twice, and the later one replaces the earlier",
                Label(document.span("/metadata/name"), "again here"),
                related=[Label(earlier.span("/metadata/name"), "first given here")],
            )
