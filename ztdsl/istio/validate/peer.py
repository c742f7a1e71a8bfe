"""Checks of PeerAuthentications.

Sources: Istio `pkg/config/validation/validation.go` (ValidatePeerAuthentication),
`manifests/charts/base/files/crd-all.gen.yaml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.istio.validate.attachment import check_attachment
from ztdsl.istio.validate.problem import Problem
from ztdsl.istio.validate.requests import HIGHEST_PORT

if TYPE_CHECKING:
    from ztdsl.istio.kinds import PeerAuthentication

_MODES: Final = frozenset({"UNSET", "DISABLE", "PERMISSIVE", "STRICT"})


def check_peer(policy: PeerAuthentication, found: list[Problem]) -> None:
    """Add the problems of the policy's spec."""
    check_attachment(policy.selector, (), found)
    if policy.mtls is not None and policy.mtls not in _MODES:
        found.append(Problem("V-PA-4", "error", "/spec/mtls/mode", f"`{policy.mtls}` is not an mTLS mode"))
    if policy.port_level:
        _check_ports(policy, found)
    inherited = policy.mtls in {None, "UNSET"} and all(mode == "UNSET" for _, mode in policy.port_level)
    if policy.selector is not None and inherited:
        found.append(Problem("C-PA-2", "warning", "/spec", "a policy for some workloads sets no mTLS mode"))


def _check_ports(policy: PeerAuthentication, found: list[Problem]) -> None:
    at = "/spec/portLevelMtls"
    if policy.selector is None or not policy.selector.match_labels:
        found.append(Problem("V-PA-1", "error", at, "modes of single ports need a selector with labels"))
    for port, mode in policy.port_level:
        if not 0 < port <= HIGHEST_PORT:
            found.append(Problem("V-PA-3", "error", f"{at}/{port}", f"`{port}` is not a port, 1 to {HIGHEST_PORT}"))
        if mode not in _MODES:
            found.append(Problem("V-PA-4", "error", f"{at}/{port}/mode", f"`{mode}` is not an mTLS mode"))
    if len(policy.port_level) != len(dict(policy.port_level)):
        found.append(Problem("C-PA-1", "error", at, "a port is given twice"))
