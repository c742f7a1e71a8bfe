"""What requests are put to: a policy, or manifests from files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ztdsl.diagnostics.report import Report
from ztdsl.diagnostics.source import sorted_findings
from ztdsl.pipeline import Options, configure, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from ztdsl.config import Configuration
    from ztdsl.dsl.callers import Identity
    from ztdsl.dsl.policy import Policy
    from ztdsl.dsl.workloads import External, Gateway, Service, ServiceAccount
    from ztdsl.pipeline import Result
    from ztdsl.scenario.cast import Names
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.mesh import Mesh


@dataclass(frozen=True, slots=True)
class Opened:
    """A policy or manifests, ready to be asked.

    Attributes:
        report: every finding.
        configuration: the settings they were read with.
        subject: what answers; None where there are errors.
    """

    report: Report
    configuration: Configuration
    subject: Subject | None


def open_policy(
    source: str | Path | Policy,
    *,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Opened:
    """A policy, ready to be asked what its manifests do; arguments and failures as for `build_manifests`."""
    from ztdsl.scenario.subject import subject_of_policy  # noqa: PLC0415 - a policy with errors needs none of it

    result = run(source, Options(mesh, config, istio_version, today, templates))
    if result.model is None or result.manifests is None:
        return Opened(result.report, result.configuration, None)
    subject = subject_of_policy(result.model, result.manifests, _names(result))
    return Opened(result.report, result.configuration, subject)


def open_manifests(
    paths: Sequence[str],
    *,
    workloads: str | None = None,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Opened:
    """Manifests from files, ready to be asked what they do.

    Args:
        paths: files and directories of YAML or JSON; `-` is stdin.
        workloads: an inventory of workloads, for requests that name them.
        mesh: the name of a configured mesh, or a mesh.
        config: the configuration file, instead of the one found upwards from the working directory.
        istio_version: the mesh's version, such as `1.30`.
        today: the day against which end dates are held.
        templates: not used; as for other verbs.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
    """
    from ztdsl.manifests import read_manifests, read_workloads  # noqa: PLC0415 - a policy needs none of it
    from ztdsl.scenario.subject import subject_of_manifests  # noqa: PLC0415

    configuration = configure(None, Options(mesh, config, istio_version, today, templates))
    read = read_manifests(paths)
    known, problems = read_workloads(workloads) if workloads is not None else ((), ())
    report = Report(sorted_findings([*read.findings, *problems]), (), None, 0)
    if report.has_errors:
        return Opened(report, configuration, None)
    return Opened(report, configuration, subject_of_manifests(read.documents, configuration.mesh, known))


def _names(result: Result) -> Names:
    """What the variables of the policy's files are called."""
    from ztdsl.dsl.callers import Identity  # noqa: PLC0415 - as above
    from ztdsl.dsl.declaration import Declaration, origin_of  # noqa: PLC0415
    from ztdsl.dsl.workloads import External, ServiceAccount  # noqa: PLC0415
    from ztdsl.scenario.cast import Names  # noqa: PLC0415

    ports: dict[int, str] = {}
    identities: dict[str, str] = {}
    for module in result.loaded.modules.values():
        for name, value in vars(module).items():
            if isinstance(value, Declaration):
                ports.setdefault(id(origin_of(value)), name)
            if isinstance(value, External | ServiceAccount | Identity):
                identity = identity_of(value, result.configuration.mesh)
                identities.setdefault(name, identity)
                identities.setdefault(getattr(value, "name", name), identity)
    return Names(ports, identities)


def identity_of(caller: Service | Gateway | External | ServiceAccount | Identity, mesh: Mesh) -> str:
    """The SPIFFE identity of a declared caller (SPIFFE-ID section 2)."""
    from ztdsl.dsl.callers import Identity  # noqa: PLC0415 - as above
    from ztdsl.dsl.workloads import External, ServiceAccount  # noqa: PLC0415

    if isinstance(caller, Identity):
        return caller.uri
    namespace = caller.namespace if isinstance(caller.namespace, str) else caller.namespace.name
    account = caller.name if isinstance(caller, ServiceAccount) else caller.service_account
    domain = caller.trust_domain if isinstance(caller, External) else None
    return f"spiffe://{domain or mesh.trust_domain}/ns/{namespace}/sa/{account}"
