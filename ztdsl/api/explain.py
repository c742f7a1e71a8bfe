"""A code, or a workload, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ztdsl.explain.page import UnknownCode
from ztdsl.explain.page import page as explain_code
from ztdsl.pipeline import Options, run
from ztdsl.traffic.names import UnknownWorkload

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ztdsl.config import Configuration
    from ztdsl.diagnostics.report import Report
    from ztdsl.dsl.policy import Policy
    from ztdsl.explain.access import Access
    from ztdsl.traffic.mesh import Mesh


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a policy says of one workload.

    Attributes:
        report: every finding of the policy.
        configuration: the settings it was read with.
        access: who may reach the workload and what it may reach; None where the policy has errors.
        variables: names of its ports in the policy's files, by number.
    """

    report: Report
    configuration: Configuration
    access: Access | None
    variables: dict[int, str]

    def text(self, width: int = 80) -> str:
        """The explanation for people; empty where the policy has errors."""
        from ztdsl.explain.report import text  # noqa: PLC0415 - data needs no text

        return "" if self.access is None else text(self.access, self.variables, width)

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data; empty where the policy has errors."""
        from ztdsl.explain.report import data  # noqa: PLC0415 - text needs no data

        return {} if self.access is None else data(self.access, self.variables)


def explain_service(
    source: str | Path | Policy,
    workload: str,
    *,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Explanation:
    """Who may reach a workload, on which port, with which identity, why and until when; and what it may reach.

    Args:
        source: a policy file, `file.py:variable`, or a policy. Loading a file runs it.
        workload: `[namespace/]service[:port]`, the port by number or by its variable's name.
        mesh: the name of a configured mesh, or a mesh.
        config: the configuration file, instead of the one found upwards from the policy.
        istio_version: the mesh's version, such as `1.30`.
        today: the day against which end dates are held.
        templates: a directory whose templates come before the built-in ones.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
        LoadFailure: the policy file does not load, or holds no single policy.
        UnknownWorkload: the policy declares no such workload, or several.
    """
    from ztdsl.explain.access import access  # noqa: PLC0415 - a code's page needs none of this
    from ztdsl.explain.find import find  # noqa: PLC0415

    result = run(source, Options(mesh, config, istio_version, today, templates))
    if result.model is None:
        return Explanation(result.report, result.configuration, None, {})
    found = find(result.model, result.loaded.modules.values(), workload)
    return Explanation(
        result.report, result.configuration, access(result.model, found.workload, found.port), found.variables
    )


__all__ = ["Explanation", "UnknownCode", "UnknownWorkload", "explain_code", "explain_service"]
