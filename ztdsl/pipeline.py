"""Load, resolve, lower, check what came out: one result for every verb.

Nothing here prints or exits; what stands in the way of a result at all is raised as a failure with findings.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ztdsl.config import read_configuration
from ztdsl.diagnostics.acceptance import apply
from ztdsl.diagnostics.model import Severity
from ztdsl.diagnostics.report import Report
from ztdsl.diagnostics.source import distinct, sorted_findings
from ztdsl.load import load, load_policy_object, target_file
from ztdsl.lower import lower
from ztdsl.quick import dataclass
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh
from ztdsl.verification import begin, faults, refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ztdsl.config import Configuration
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.dsl.policy import Policy
    from ztdsl.ir.model import Model
    from ztdsl.istio.annotated import Annotated, AnnotatedTelemetry, Printed
    from ztdsl.load import Loaded


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller asks for beside the policy; None leaves a setting to the environment and the configuration.

    Attributes:
        mesh: the name of a configured mesh, or a mesh.
        config: the configuration file, instead of the one found upwards from the policy.
        istio_version: the mesh's version, such as `1.30`.
        today: the day against which end dates are held.
        templates: a directory whose templates come before the built-in ones.
    """

    mesh: str | Mesh | None = None
    config: Path | None = None
    istio_version: str | None = None
    today: date | None = None
    templates: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What one run made of a policy.

    Attributes:
        configuration: the settings it ran with.
        loaded: the policy and the files it came from.
        report: every finding.
        model: None where there are errors.
        manifests: None where there are errors.
        text: what was rendered meanwhile; None where nothing was, or there are errors.
        telemetries: what logs the decisions of the manifests; empty where there are errors.
    """

    configuration: Configuration
    loaded: Loaded
    report: Report
    model: Model | None
    manifests: tuple[Annotated, ...] | None
    text: str | None
    telemetries: tuple[AnnotatedTelemetry, ...] = ()


def configure(source: str | Path | Policy | None, options: Options) -> Configuration:
    """The settings for `source`.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
    """
    start = target_file(source) if isinstance(source, str | Path) else Path.cwd()
    flags = {
        "mesh": options.mesh if isinstance(options.mesh, str) else None,
        "istio_version": options.istio_version,
        "today": options.today.isoformat() if options.today is not None else None,
        "templates": str(options.templates) if options.templates is not None else None,
    }
    configuration = read_configuration(start, flags=flags, environ=os.environ, config_file=options.config)
    return (
        replace(configuration, mesh=options.mesh, mesh_config=None) if isinstance(options.mesh, Mesh) else configuration
    )


Renderer = Callable[["Loaded", "Configuration", "tuple[Printed, ...]"], str]


def run(source: str | Path | Policy, options: Options, meanwhile: Renderer | None = None) -> Result:
    """Everything that can be said of `source` without a cluster.

    Args:
        source: a policy file, `file.py:variable`, or a policy.
        options: what is asked for beside it.
        meanwhile: renders the manifests while they are verified; its text is in the result if nothing is wrong.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
        LoadFailure: the policy file does not load, or holds no single policy.
        TemplateFailure: what `meanwhile` raises.
    """
    configuration = configure(source, options)
    loaded = load(source) if isinstance(source, str | Path) else load_policy_object(source)
    resolved = resolve(loaded.policy, configuration.mesh, configuration.today)
    findings = list(resolved.findings)
    manifests: tuple[Annotated, ...] | None = None
    telemetries: tuple[AnnotatedTelemetry, ...] = ()
    text: str | None = None
    if resolved.model is not None:
        lowered = lower(resolved.model)
        manifests, telemetries = lowered.manifests, lowered.telemetries
        if telemetries:
            findings += refused(telemetries)
            findings += _mesh_config(resolved.model, configuration)
        if lowered.findings:
            findings += lowered.findings
        elif meanwhile is None:
            findings += faults(resolved.model, manifests)
        else:
            verdict = begin(resolved.model, manifests)
            try:
                text = meanwhile(loaded, configuration, (*telemetries, *manifests))
            finally:
                findings += verdict()
    report = _report(loaded, configuration, findings, resolved.rules)
    if report.has_errors:
        return Result(configuration, loaded, report, None, None, None)
    return Result(configuration, loaded, report, resolved.model, manifests, text, telemetries)


def _mesh_config(model: Model, configuration: Configuration) -> list[Diagnostic]:
    if configuration.mesh_config is None:
        return []
    from ztdsl.log.mesh_config import mesh_config_findings  # noqa: PLC0415 - few configurations name one

    return mesh_config_findings(model, configuration.mesh_config)


def _report(loaded: Loaded, configuration: Configuration, findings: list[Diagnostic], rules: int) -> Report:
    declared: object = loaded.policy.name
    name = declared if isinstance(declared, str) else None
    return weigh(findings, configuration, [str(file) for file in loaded.files], policy=name, rules=rules)


def weigh(
    findings: Iterable[Diagnostic],
    configuration: Configuration,
    files: Iterable[str],
    *,
    policy: str | None = None,
    rules: int = 0,
) -> Report:
    """The report of `findings` with the severities of the configuration, and without what comments accept.

    Args:
        findings: in any order.
        configuration: what severities it moves.
        files: the files whose comments count.
        policy: the policy's name, where there is one.
        rules: how many rules were looked at.
    """
    weighed = [each for finding in findings if (each := _weighed(finding, configuration)) is not None]
    remaining, accepted, comments = apply(weighed, files)
    if comments:
        remaining += tuple(each for c in comments if (each := _weighed(c, configuration)) is not None)
    return Report(distinct(sorted_findings(remaining)) if remaining else (), accepted, policy, rules)


def _weighed(finding: Diagnostic, configuration: Configuration) -> Diagnostic | None:
    """The finding with the severity that configuration gives it; None where it is off. Errors stay errors."""
    if finding.severity is Severity.ERROR or finding.code not in configuration.severity:
        return finding
    severity = configuration.severity[finding.code]
    return None if severity is None else replace(finding, severity=severity)
