"""Findings of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.pipeline import Options, configure, run
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ztdsl.config import Configuration
    from ztdsl.diagnostics.report import Report
    from ztdsl.dsl.policy import Policy
    from ztdsl.traffic.mesh import Mesh


@dataclass(frozen=True, slots=True)
class Check:
    """The findings of a policy and the settings it was checked with."""

    report: Report
    configuration: Configuration


def check_policy(
    source: str | Path | Policy,
    *,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Check:
    """Every finding of a policy; arguments and failures as for `build_manifests`."""
    result = run(source, Options(mesh, config, istio_version, today, templates))
    return Check(result.report, result.configuration)


def read_settings(
    source: str | Path | None = None,
    *,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Configuration:
    """The settings that a policy would be built with; arguments as for `build_manifests`.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
    """
    return configure(source, Options(mesh, config, istio_version, today, templates))
