"""Findings of manifests from files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.model import Severity
from ztdsl.diagnostics.source import span_of
from ztdsl.pipeline import Options, configure, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from ztdsl.config import Configuration
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.diagnostics.report import Report
    from ztdsl.manifests import Read
    from ztdsl.traffic.mesh import Mesh

_UNUSED: Final = "ZT016"  # an acceptance of what was not looked for is not unused


@dataclass(frozen=True, slots=True)
class ManifestCheck:
    """The findings of manifests.

    Attributes:
        report: every finding.
        configuration: the settings they were checked with.
        objects: how many objects of Istio's security kinds, and of Telemetry, were checked.
        skipped: how many objects of other kinds there were, by kind.
        is_read: whether a cluster takes all of them; the checks of what they mean together run only then.
    """

    report: Report
    configuration: Configuration
    objects: int
    skipped: Mapping[str, int]
    is_read: bool


def check_manifests(
    paths: Sequence[str],
    *,
    workloads: str | None = None,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> ManifestCheck:
    """Every finding of manifests from files.

    Of a Telemetry it is checked whether a cluster takes it; a filter's expression is not parsed.

    Beside objects that a cluster refuses the others are checked one by one; what they mean together waits until none
    is refused, because the answer could depend on one of them.

    Args:
        paths: files and directories of YAML or JSON; `-` is stdin.
        workloads: an inventory of workloads, for the checks that need one.
        mesh: the name of a configured mesh, or a mesh.
        config: the configuration file, instead of the one found upwards from the working directory.
        istio_version: the mesh's version, such as `1.30`.
        today: the day against which end dates are held.
        templates: not used; as for other verbs.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
    """
    from ztdsl.checks import check  # noqa: PLC0415 - what a cluster refuses needs none of it
    from ztdsl.manifests import read_manifests, read_workloads  # noqa: PLC0415 - neither does a malformed configuration

    configuration = configure(None, Options(mesh, config, istio_version, today, templates))
    read = read_manifests(paths, with_logging=True)
    known, problems = read_workloads(workloads) if workloads is not None else (None, ())
    findings = [*read.findings, *problems]
    is_read = not _fails(findings)
    if not _fails(problems):
        findings += check(read, configuration.mesh, known, is_whole=is_read)
    report = weigh(findings, configuration, _files(read, findings))
    if not is_read:
        report = replace(report, findings=tuple(each for each in report.findings if each.code != _UNUSED))
    return ManifestCheck(report, configuration, len(read.documents) + len(read.telemetries), read.skipped, is_read)


def _fails(findings: Iterable[Diagnostic]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _files(read: Read, findings: Iterable[Diagnostic]) -> Iterable[str]:
    """The files whose comments count."""
    found = (span_of(each.primary.place).file for each in findings if each.primary is not None)
    return dict.fromkeys([*(each.file for each in (*read.documents, *read.telemetries)), *found])
