"""What istiod's webhook says of a PeerAuthentication.

Source: Istio `pkg/config/validation/validation.go` (ValidatePeerAuthentication).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.admission.attachment import check_selector
from ztdsl.istio.validate.requests import HIGHEST_PORT

if TYPE_CHECKING:
    from ztdsl.istio.admission.findings import Findings
    from ztdsl.istio.admission.records import Plain


def check_peer(spec: Plain, found: Findings) -> None:
    """Add what is wrong with the policy; `spec` is as istiod decodes it."""
    at = "/spec/portLevelMtls"
    ports = spec.get("portLevelMtls")
    if ports and not spec.get("selector", {}).get("matchLabels"):
        found.error("V-PA-1", at, "modes of single ports need a selector with labels")
    if ports is not None and not ports:
        found.error("V-PA-2", at, "modes of single ports are present and empty")
    for port in ports or ():
        if not 0 < port <= HIGHEST_PORT:
            found.error("V-PA-3", f"{at}/{port}", f"`{port}` is not a port, 1 to {HIGHEST_PORT}")
    check_selector(spec, found)
