"""Checks of a Telemetry's access logs.

Sources: Istio `pkg/config/validation/validation.go` (ValidateTelemetry),
`manifests/charts/base/files/crd-all.gen.yaml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.istio.telemetry import MODES
from ztdsl.istio.validate.attachment import check_attachment
from ztdsl.istio.validate.problem import Problem

if TYPE_CHECKING:
    from ztdsl.istio.telemetry import Telemetry


def check_telemetry(telemetry: Telemetry, found: list[Problem]) -> None:
    """Add the problems of the spec; of a filter's expression only that there is one."""
    check_attachment(telemetry.selector, (), found)
    named: set[str] = set()
    for index, logging in enumerate(telemetry.access_logging):
        at = f"/spec/accessLogging/{index}"
        for place, name in enumerate(logging.providers):
            if not name:
                found.append(Problem("V-TEL-1", "error", f"{at}/providers/{place}/name", "a provider has no name"))
            elif name.lower() in named:
                message = f"provider `{name}` is named twice, and Istio keeps the last one alone"
                found.append(Problem("C-TEL-1", "error", f"{at}/providers/{place}/name", message))
            named.add(name.lower())
        if logging.mode is not None and logging.mode not in MODES:
            message = f"`{logging.mode}` is none of " + ", ".join(f"`{mode}`" for mode in MODES)
            found.append(Problem("V-TEL-2", "error", f"{at}/match/mode", message))
        if logging.expression is not None and not logging.expression.strip():
            found.append(Problem("V-TEL-3", "error", f"{at}/filter/expression", "a filter has no expression"))
