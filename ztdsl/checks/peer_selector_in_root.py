"""ZT332: a PeerAuthentication with a selector in the root namespace is ignored.

Only objects without a selector count there (Istio `pilot/pkg/model/authentication.go`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.checks.finding import Found
from ztdsl.checks.overlap import labels_of
from ztdsl.checks.place import supposed
from ztdsl.checks.sketch import draw, without_identity
from ztdsl.checks.witness import witness
from ztdsl.traffic.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.checks.view import View

CODE = "ZT332"


def find(view: View) -> Iterator[Found]:
    """PeerAuthentications with labels in the root namespace."""
    root = view.mesh.root_namespace
    for index, peer in view.peers:
        if peer.meta.namespace != root or not labels_of(peer):
            continue
        proof = None
        if peer.mtls == "STRICT":
            place = supposed(peer, root)
            proof = witness(view, place, map(without_identity, draw(place, view.mesh)), Verdict.ALLOW)
        yield Found(
            CODE,
            index,
            "/spec/selector",
            f"Istio ignores `{peer.meta.name}`, which has a selector in the root namespace",
            f"a selector has no effect in `{root}`",
            help=("move it to the namespace of its workloads, or leave the selector out for the whole mesh",),
            witness=proof,
        )
