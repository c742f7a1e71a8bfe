"""One object from a file, and where its parts stand there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ztdsl.istio.pointer import tokens

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Span
    from ztdsl.istio.kinds import Manifest
    from ztdsl.manifests.source import Source


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands: a document of a source, and the part of it that is the object."""

    source: Source = field(repr=False)
    number: int
    path: tuple[str | int, ...]

    def span(self, pointer: str, *, key: bool = False) -> Span:
        """The place of a part, or of its key, by its JSON pointer, or of the nearest part around it that exists."""
        parts = [int(each) if each.isdecimal() else each for each in tokens(pointer)]
        return self.source.span(self.number, (*self.path, *parts), key=key)


@dataclass(frozen=True, slots=True)
class Given:
    """An object as a file has it.

    Attributes:
        file: the file's name; `<stdin>` for what was piped.
        given: the object as it stands there; as text where tens of thousands of decoded ones would fill the memory.
    """

    file: str
    given: dict[str, Any] | bytes = field(repr=False)

    @property
    def plain(self) -> dict[str, Any]:
        """The object as it stands there."""
        if isinstance(self.given, dict):
            return self.given
        plain: dict[str, Any] = json.loads(self.given)
        return plain

    @property
    def text(self) -> bytes:
        """The object as JSON."""
        return self.given if isinstance(self.given, bytes) else json.dumps(self.given).encode()


@dataclass(frozen=True, slots=True)
class Document(Given):
    """An object of one of Istio's security kinds, as a file has it and as istiod reads it.

    Attributes:
        manifest: the object as istiod reads it.
        place: where it stands.
    """

    manifest: Manifest
    place: Place = field(repr=False)

    def span(self, pointer: str) -> Span:
        """The place of a part by its JSON pointer (RFC 6901), or of the nearest part around it that exists."""
        return self.place.span(pointer)


@dataclass(frozen=True, slots=True)
class LoggingDocument(Given):
    """A Telemetry as a file has it: it decides about no request, and may hold metrics and traces beside access logs.

    Attributes:
        namespace: where it belongs.
        name: what it is called there.
        created: when a server made it (RFC 3339); None where nothing tells.
        place: where it stands.
    """

    namespace: str
    name: str
    created: str | None
    place: Place = field(repr=False)

    def span(self, pointer: str) -> Span:
        """The place of a part, as for a `Document`."""
        return self.place.span(pointer)
