"""Checks of port numbers."""

from __future__ import annotations

from functools import cache
from typing import Final

from ztdsl.resolve.problems import Complaint, number_word

HIGHEST: Final = 65535
# Istio's sidecar and agent listen here; redirection passes these ports by, so policies see little of them.
# Source: Istio documentation, "Application Requirements: Ports used by Istio".
PROXY_PORTS: Final = range(15000, 15100)


@cache
def port_problem(number: int, *, is_container: bool = True) -> Complaint | None:
    """What keeps `number` from being a port that policies can protect."""
    if not 1 <= number <= HIGHEST:
        return Complaint("ZT106", f"port {number_word(number)} is out of range", (f"ports go from 1 to {HIGHEST}",))
    if is_container and number in PROXY_PORTS:
        return Complaint(
            "ZT107",
            f"port {number} belongs to the proxy",
            ("policies do not reach ports 15000 to 15099; serve elsewhere, metrics on 9100 for example",),
        )
    return None
