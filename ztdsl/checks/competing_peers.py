"""ZT333: of several PeerAuthentications for the same workloads only the oldest counts.

They are not merged, and the ports of the younger ones are ignored with them (Istio
`pilot/pkg/security/authn/policy_applier.go`, ComposePeerAuthentication).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Beside, Found
from ztdsl.checks.overlap import labels_of
from ztdsl.istio.evaluate.attachment import REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.overlap import Labels
    from ztdsl.checks.view import View
    from ztdsl.istio.kinds import PeerAuthentication

CODE = "ZT333"


def find(view: View) -> Iterator[Found]:
    """PeerAuthentications that say something else than one before them for the same workloads."""
    scopes: dict[tuple[str, str | None], dict[Labels, tuple[int, PeerAuthentication]]] = {}
    for index, peer in view.peers:
        labels = labels_of(peer)
        namespace = peer.meta.namespace
        if labels and namespace == view.mesh.root_namespace:
            continue  # ignored altogether: ZT332
        revision = dict(peer.meta.labels).get(REVISION)  # each control plane looks at its own
        earlier = scopes.setdefault((namespace, revision), {})
        other = _same(labels, earlier)
        if other is None or _says(other[1]) == _says(peer):
            earlier.setdefault(labels, (index, peer))
            continue
        yield _found(index, peer, other)


def _found(index: int, peer: PeerAuthentication, other: tuple[int, PeerAuthentication]) -> Found:
    what = "workloads that both select" if labels_of(peer) else f"namespace `{peer.meta.namespace}`"
    return Found(
        CODE,
        index,
        "/metadata/name",
        f"`{peer.meta.name}` and `{other[1].meta.name}` compete for the {what}",
        "Istio takes the oldest of them and ignores the others",
        help=("write one object with the mode and all ports",),
        beside=(Beside(other[0], "/metadata/name", "the other one"),),
    )


def _same(
    labels: Labels, earlier: dict[Labels, tuple[int, PeerAuthentication]]
) -> tuple[int, PeerAuthentication] | None:
    """An earlier object whose labels are the same, or are one of these alone and so select these workloads too."""
    if labels in earlier:
        return earlier[labels]
    if len(labels) > 1:
        return next((earlier[(pair,)] for pair in labels if (pair,) in earlier), None)
    return None


def _says(peer: PeerAuthentication) -> tuple[object, ...]:
    return (peer.mtls, frozenset(peer.port_level))
