"""Istio's kind Telemetry as far as access logs go: which proxies write which requests, through which provider.

It decides about no request, so that it is none of the security kinds. What it says of metrics and traces has no part in
evidence and is not modelled.
Sources: istio/api `telemetry/v1alpha1/telemetry.proto`; Istio `pilot/pkg/model/telemetry.go` (which Telemetry applies),
`pkg/config/validation/validation.go` (ValidateTelemetry), `manifests/charts/base/files/crd-all.gen.yaml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from ztdsl.istio.kinds import Meta, Selector, Strings

TELEMETRY_VERSION: Final = "telemetry.istio.io/v1"
MODES: Final = ("CLIENT_AND_SERVER", "CLIENT", "SERVER")


@dataclass(frozen=True, slots=True)
class AccessLogging:
    """One access log.

    Attributes:
        providers: the extension providers that write it; those of the mesh's defaults if there are none.
        mode: `SERVER` for what a sidecar receives, `CLIENT` for what it sends and for gateways; both if None.
        expression: a CEL expression on Envoy's attributes; entries for which it is not true are left out.
    """

    providers: Strings
    mode: str | None = None
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What the selected workloads log; the whole namespace if `selector` is None, in the root namespace the mesh.

    Of several without a selector in one namespace Istio uses the oldest alone.
    """

    meta: Meta
    selector: Selector | None
    access_logging: tuple[AccessLogging, ...]


def access_logging_document(logging: AccessLogging) -> dict[str, Any]:
    """One access log as a plain object: keys in canonical order, nothing empty."""
    plain: dict[str, Any] = {}
    if logging.providers:
        plain["providers"] = [{"name": name} for name in logging.providers]
    if logging.mode is not None:
        plain["match"] = {"mode": logging.mode}
    if logging.expression is not None:
        plain["filter"] = {"expression": logging.expression}
    return plain
