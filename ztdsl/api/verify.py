"""Whether manifests do what their policy means, on both sides of every border of every rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.diagnostics.report import Report
from ztdsl.pipeline import Options, run

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ztdsl.agreement import Agreement
    from ztdsl.config import Configuration
    from ztdsl.dsl.policy import Policy
    from ztdsl.traffic.mesh import Mesh


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of verifying a policy.

    Attributes:
        report: every finding of the policy, and the counterexample if there is one.
        configuration: the settings it was verified with.
        agreement: how many requests were asked; None where the policy has errors.
    """

    report: Report
    configuration: Configuration
    agreement: Agreement | None


def verify_policy(
    source: str | Path | Policy,
    *,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Verification:
    """Ask both evaluators about every border of every rule; arguments and failures as for `build_manifests`.

    The requests just meet and just miss each matcher: another caller, port, method, path, host, header, claim or
    address, no token, a token of somebody else, plaintext.
    """
    from ztdsl.agreement import disagreements  # noqa: PLC0415 - a policy with errors needs none of it
    from ztdsl.verification import differing  # noqa: PLC0415

    result = run(source, Options(mesh, config, istio_version, today, templates))
    if result.model is None or result.manifests is None:
        return Verification(result.report, result.configuration, None)
    agreement = disagreements(result.model, result.manifests)
    report = result.report
    report = Report((*differing(agreement), *report.findings), report.accepted, report.policy, report.rules)
    return Verification(report, result.configuration, agreement)
