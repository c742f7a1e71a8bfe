"""What istiod's webhook says of a Telemetry's access logs.

Sources: Istio `pkg/config/validation/validation.go` (ValidateTelemetry),
`pkg/config/validation/validation_istiod.go` (validateTelemetryFilter).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.admission.attachment import check_attachment

if TYPE_CHECKING:
    from ztdsl.istio.admission.findings import Findings
    from ztdsl.istio.admission.records import Plain


def check_telemetry(spec: Plain, found: Findings) -> None:
    """Add what is wrong with the attachment and the access logs; `spec` is as istiod decodes it.

    istiod parses a filter's expression, in the Common Expression Language; here it is only not empty.
    """
    check_attachment(spec, found)
    for index, logging in enumerate(spec.get("accessLogging", ())):
        at = f"/spec/accessLogging/{index}"
        if "filter" in logging and not logging["filter"].get("expression", "").strip():
            found.error("V-TEL-3", f"{at}/filter", "a filter has no expression")
        for place, provider in enumerate(logging.get("providers", ())):
            if not provider.get("name"):
                found.error("V-TEL-1", f"{at}/providers/{place}", "a provider has no name")
