"""Everything that an API server or istiod would refuse in a manifest, or warn about, found without either.

The two gates of a cluster differ: the schema of the custom resource always runs, istiod's webhook may be absent or fail
open. This is the union of both, and of what passes both and cannot be meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.kinds import AuthorizationPolicy, PeerAuthentication, RequestAuthentication
from ztdsl.istio.telemetry import Telemetry
from ztdsl.istio.validate.authorization import check_authorization
from ztdsl.istio.validate.metadata import check_metadata
from ztdsl.istio.validate.peer import check_peer
from ztdsl.istio.validate.problem import Problem, Severity
from ztdsl.istio.validate.telemetry import check_telemetry
from ztdsl.istio.validate.tokens import check_tokens

if TYPE_CHECKING:
    from ztdsl.istio.kinds import Manifest

__all__ = ["Problem", "Severity", "problems"]


def problems(manifest: Manifest | Telemetry) -> list[Problem]:
    """What is wrong with `manifest`; empty if nothing is.

    Each string has at most one problem. Sizes are not looked at; see `ztdsl.istio.size`.
    """
    found: list[Problem] = []
    check_metadata(manifest, found)
    match manifest:
        case AuthorizationPolicy():
            check_authorization(manifest, found)
        case PeerAuthentication():
            check_peer(manifest, found)
        case RequestAuthentication():
            check_tokens(manifest, found)
        case Telemetry():
            check_telemetry(manifest, found)
    return found
