"""Manifests from files: every object of Istio's security kinds, checked as a cluster would, with its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Label, Severity, Span
from ztdsl.istio.pointer import pointer
from ztdsl.istio.read import from_manifest
from ztdsl.manifests.admitted import refusals
from ztdsl.manifests.document import Document, LoggingDocument, Place
from ztdsl.manifests.files import texts
from ztdsl.manifests.objects import objects
from ztdsl.manifests.source import Source
from ztdsl.manifests.templates import within
from ztdsl.manifests.traps import unreadable
from ztdsl.manifests.unreadable import MOST_OBJECTS, MOST_REFUSED, Fault, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ztdsl.diagnostics.model import Diagnostic

KINDS: Final = frozenset({"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"})
_GROUP: Final = "security.istio.io/"
_LOGGING: Final = "Telemetry"
_LOGGING_GROUP: Final = "telemetry.istio.io/"
_DEFAULT: Final = "default"
_Into: TypeAlias = "tuple[list[Document], list[LoggingDocument] | None, Counter[str], list[Diagnostic]]"
"""What is read so far: documents, those of Telemetry where they are asked for, numbers of other objects, findings."""


@dataclass(frozen=True, slots=True)
class Read:
    """What paths hold.

    Attributes:
        documents: the objects of Istio's security kinds that a cluster admits, in the order of the files.
        skipped: how many objects of other kinds there are, by kind.
        findings: everything that is wrong with the files and with the objects.
        telemetries: each Telemetry that a cluster admits, where they were asked for.
    """

    documents: tuple[Document, ...]
    skipped: Mapping[str, int]
    findings: tuple[Diagnostic, ...]
    telemetries: tuple[LoggingDocument, ...] = ()


def read_manifests(
    paths: Sequence[str], namespace: str | None = None, *, is_live: bool = False, with_logging: bool = False
) -> Read:
    """The manifests that files, directories and stdin hold.

    Args:
        paths: names of files and directories; `-` is stdin.
        namespace: where objects belong that name no namespace; `default` is assumed, with a warning, if None.
        is_live: whether the files stand for a cluster: what a server gave out has passed its gates, and they are not
            asked again, for that is most of the time that reading takes.
        with_logging: whether Telemetry is read, too; else it is one of the other kinds.
    """
    problems: list[Diagnostic] = []
    skipped: Counter[str] = Counter()
    documents: list[Document] = []
    telemetries: list[LoggingDocument] = []
    into = (documents, telemetries if with_logging else None, skipped, problems)
    for file, text in texts(paths, problems):
        source = Source(file, text)
        try:
            _read(source, namespace, into, is_live=is_live)
        except Unreadable as error:
            problems.append(unreadable(file, text, error))
    problems += islice(_repeated([*documents, *telemetries]), MOST_REFUSED)
    if not documents and not telemetries and not problems:
        count = sum(skipped.values())
        others = f"; {count} {'object is' if count == 1 else 'objects are'} of other kinds" if skipped else ""
        problems.append(diagnostic("ZT026", f"no manifest of Istio's security kinds is there{others}", None))
    return Read(tuple(documents), dict(skipped), tuple(problems), tuple(telemetries))


def _read(source: Source, namespace: str | None, into: _Into, *, is_live: bool) -> None:
    """Take every object of a text.

    Raises:
        Unreadable: the text is none, or has more objects, or more that are refused, than anybody looks at.
    """
    refused = 0
    for taken, (place, plain, text) in enumerate(_objects(source, is_live=is_live), 1):
        refused += not _take(place, plain, text, namespace, into)
        if taken > MOST_OBJECTS:
            raise Unreadable(Fault.BOUNDS, f"it has more than {MOST_OBJECTS} objects", Span(source.name))
        if refused > MOST_REFUSED:
            raise Unreadable(Fault.BOUNDS, f"more than {MOST_REFUSED} of its objects are refused", place.span(""))


def _objects(source: Source, *, is_live: bool) -> Iterator[tuple[Place, Any, str | None]]:
    """Each object with its place, and its text where a server gave it out, which is kept in place of the object.

    Raises:
        Unreadable: the text is none.
    """
    items = source.items() if is_live else None
    if items is not None:
        for index, (text, item) in enumerate(items):
            for path, each in objects(item):
                place = Place(source, 0, ("items", index, *path))
                yield place, each, text if not path and _is_given_out(each) else None
        return
    for number, plain in enumerate(source.documents()):
        for path, each in objects(plain):
            yield Place(source, number, path), each, "" if is_live and _is_given_out(each) else None


def _take(
    place: Place,
    plain: Any,  # noqa: ANN401 - what a file holds
    text: str | None,
    namespace: str | None,
    into: _Into,
) -> bool:
    """Whether an object was not refused: it is a document, or of another kind.

    With a `text`, be it empty, the object has passed the gates of a cluster; one that is not is kept for it.

    Raises:
        Unreadable: it is a template.
    """
    documents, telemetries, skipped, problems = into
    if not isinstance(plain, dict) or not _is_named(plain.get("kind")) or not _is_named(plain.get("apiVersion")):
        _refuse_template(place, plain)
        message = "a document is no Kubernetes object: it lacks a text as `kind` or as `apiVersion`"
        problems.append(diagnostic("ZT021", message, Label(place.span(""))))
        return False
    kind = plain["kind"]
    is_logging = telemetries is not None and kind == _LOGGING and plain["apiVersion"].startswith(_LOGGING_GROUP)
    if not is_logging and (kind not in KINDS or not plain["apiVersion"].startswith(_GROUP)):
        skipped[kind] += 1
        return True
    _refuse_template(place, plain)
    found = refusals(plain, place) if text is None else []
    problems += found
    if any(each.severity is Severity.ERROR for each in found):
        return False
    metadata = plain.get("metadata")
    assumed = namespace
    if isinstance(metadata, dict) and not metadata.get("namespace") and namespace is None:
        message = f"`{metadata.get('name')}` names no namespace; `{_DEFAULT}` is assumed"
        problems.append(diagnostic("ZT027", message, Label(place.span("/metadata"))))
        assumed = _DEFAULT
    try:
        read = _named(plain, assumed) if is_logging else from_manifest(plain, assumed)
    except ValueError as error:
        problems.append(diagnostic("ZT040", f"a cluster cannot read the object: {error}", Label(place.span(""))))
        return False
    given = text.encode() if text and plain["metadata"].get("namespace") else plain
    if not isinstance(read, tuple):
        documents.append(Document(place.source.name, given, read, place))
    elif telemetries is not None:
        telemetries.append(LoggingDocument(place.source.name, given, *read, place))
    return True


def _named(plain: dict[str, Any], assumed: str | None) -> tuple[str, str, str | None]:
    """Namespace, name, and when a server made it.

    Raises:
        ValueError: it has no name.
    """
    metadata = plain.get("metadata")
    if not isinstance(metadata, dict) or not _is_named(metadata.get("name")):
        msg = "/metadata/name is missing"
        raise ValueError(msg)
    namespace, created = metadata.get("namespace") or assumed or _DEFAULT, metadata.get("creationTimestamp")
    return str(namespace), metadata["name"], created if isinstance(created, str) else None


def _refuse_template(place: Place, plain: object) -> None:
    """Stop at an object that holds a template: nothing of its file can be judged.

    Raises:
        Unreadable: it holds one.
    """
    path = within(plain) if place.source.may_be_template else None
    if path is not None:
        raise Unreadable(Fault.TEMPLATE, "it is a template", place.span(pointer(*path)))


def _is_given_out(plain: Any) -> bool:  # noqa: ANN401 - what a file holds
    """Whether an API server gave the object out: only a server sets `uid` and `resourceVersion`.

    Source: Kubernetes API conventions, "Metadata".
    """
    metadata = plain.get("metadata") if isinstance(plain, dict) else None
    return isinstance(metadata, dict) and all(_is_named(metadata.get(name)) for name in ("uid", "resourceVersion"))


def _is_named(word: object) -> bool:
    return isinstance(word, str) and word != ""


def _key(document: Document | LoggingDocument) -> tuple[str, str, str]:
    if isinstance(document, LoggingDocument):
        return _LOGGING, document.namespace, document.name
    meta = document.manifest.meta
    return type(document.manifest).__name__, meta.namespace, meta.name


def _repeated(documents: Sequence[Document | LoggingDocument]) -> Iterator[Diagnostic]:
    """Objects of one name: of these only the last one applied is left in a cluster."""
    first: dict[tuple[str, str, str], Document | LoggingDocument] = {}
    for document in documents:
        key = _key(document)
        earlier = first.setdefault(key, document)
        if earlier is not document:
            yield diagnostic(
                "ZT028",
                f"{key[0]} `{key[1]}/{key[2]}` is given twice, and the later one replaces the earlier",
                Label(document.span("/metadata/name"), "again here"),
                related=[Label(earlier.span("/metadata/name"), "first given here")],
            )
