"""A manifest with what a person should read beside it, and where each part of it was declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from typing import TypeAlias

    from ztdsl.istio.kinds import Manifest
    from ztdsl.istio.telemetry import Telemetry
    from ztdsl.origin import Origin

    Printed: TypeAlias = "Annotated | AnnotatedTelemetry"
    """Whatever is printed, whether it decides about requests or tells of them."""


@dataclass(frozen=True, slots=True)
class Item:
    """What stands behind one rule, issuer or port of a manifest.

    Attributes:
        comments: texts of the user, as they were written.
        origin: the call that declared it.
        declaration: what was declared, in words.
    """

    comments: tuple[str, ...]
    origin: Origin | None
    declaration: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """One manifest.

    Attributes:
        manifest: the object.
        comments: texts for the top of the document.
        items: one for each rule (AuthorizationPolicy), issuer (RequestAuthentication) or port
            (PeerAuthentication) of the manifest, in its order.
        origin: the call that declared what the object is about.
        declaration: what that is, in words.
    """

    manifest: Manifest
    comments: tuple[str, ...]
    items: tuple[Item, ...]
    origin: Origin | None
    declaration: str


@dataclass(frozen=True, slots=True)
class AnnotatedTelemetry:
    """One Telemetry; the attributes are as those of `Annotated`, with an item for each access log."""

    manifest: Telemetry
    comments: tuple[str, ...]
    items: tuple[Item, ...]
    origin: Origin | None
    declaration: str
