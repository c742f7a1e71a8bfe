"""Manifests from a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.pipeline import Options, run
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ztdsl.config import Configuration
    from ztdsl.diagnostics.report import Report
    from ztdsl.dsl.policy import Policy
    from ztdsl.ir.model import Model
    from ztdsl.istio.annotated import Annotated, AnnotatedTelemetry, Printed
    from ztdsl.istio.kinds import Manifest
    from ztdsl.istio.source_map import SourceMap
    from ztdsl.istio.telemetry import Telemetry
    from ztdsl.load import Loaded
    from ztdsl.pipeline import Result
    from ztdsl.traffic.mesh import Mesh

_NO_MANIFESTS: Final = "the policy has errors and no manifests; see `report`"


@dataclass(frozen=True, slots=True)
class Build:
    """What became of a policy.

    Attributes:
        report: every finding.
        configuration: the settings it was built with.
        policy: the policy's name; None for a broken one.
        owner: the team that answers for it.
        annotated: the manifests with comments and places; None where there are errors.
        rendered: the YAML stream, where it was rendered while the manifests were verified.
        annotated_telemetries: what logs the decisions, with comments and places.
        model: what the policy says; None where there are errors.
    """

    report: Report
    configuration: Configuration
    policy: str | None
    owner: str | None
    annotated: tuple[Annotated, ...] | None
    rendered: str | None = None
    annotated_telemetries: tuple[AnnotatedTelemetry, ...] = ()
    model: Model | None = None

    @property
    def manifests(self) -> tuple[Manifest, ...] | None:
        """The manifests in the order of a safe apply; None where there are errors."""
        return None if self.annotated is None else tuple(each.manifest for each in self.annotated)

    @property
    def telemetries(self) -> tuple[Telemetry, ...]:
        """What logs the decisions of the manifests: it is printed before them, and decides about nothing."""
        return tuple(each.manifest for each in self.annotated_telemetries)

    @property
    def mesh_config(self) -> str:
        """The part of the mesh configuration that the access logs need, as YAML; a comment where there are none.

        Raises:
            ValueError: there are errors, and so no manifests.
        """
        from ztdsl.log.provider import snippet  # noqa: PLC0415 - few callers want it

        if self.model is None:
            raise ValueError(_NO_MANIFESTS)
        return snippet(self.model)

    @property
    def printed(self) -> tuple[Printed, ...]:
        """Everything that `text` and `json` hold, in their order.

        Raises:
            ValueError: there are errors, and so no manifests.
        """
        return (*self.annotated_telemetries, *self._good())

    @property
    def text(self) -> str:
        """The manifests as a YAML stream with comments.

        Raises:
            ValueError: there are errors, and so no manifests.
            TemplateFailure: a template of the user's does not render, or changes the manifests.
        """
        return self.text_of(self.printed) if self.rendered is None else self.rendered

    def text_of(self, some: tuple[Printed, ...]) -> str:
        """Some of the manifests as a YAML stream with comments.

        Raises:
            TemplateFailure: a template of the user's does not render, or changes the manifests.
        """
        from ztdsl.render import yaml_text  # noqa: PLC0415 - a check renders nothing

        return yaml_text(self.policy or "", self.owner, some, templates=self.configuration.templates)

    @property
    def json(self) -> str:
        """The manifests as a Kubernetes `List` in JSON.

        Raises:
            ValueError: there are errors, and so no manifests.
        """
        from ztdsl.render import json_text  # noqa: PLC0415 - a check renders nothing

        return json_text(self.printed)

    @property
    def source_map(self) -> SourceMap | None:
        """From each part of each manifest to its declaration; None where there are errors."""
        from ztdsl.lower.trace import source_map  # noqa: PLC0415 - few callers want one

        return None if self.annotated is None else source_map(self.printed)

    def _good(self) -> tuple[Annotated, ...]:
        if self.annotated is None:
            raise ValueError(_NO_MANIFESTS)
        return self.annotated


def build_manifests(
    source: str | Path | Policy,
    *,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Build:
    """Everything that `ztc build` makes of a policy; neither prints nor exits.

    Args:
        source: a policy file, `file.py:variable`, or a policy. Loading a file runs it.
        mesh: the name of a configured mesh, or a mesh.
        config: the configuration file, instead of the one found upwards from the policy.
        istio_version: the mesh's version, such as `1.30`.
        today: the day against which end dates are held.
        templates: a directory whose templates come before the built-in ones.

    Raises:
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
        LoadFailure: the policy file does not load, or holds no single policy.
    """
    return _build(run(source, Options(mesh, config, istio_version, today, templates)))


def build_text(
    source: str | Path,
    *,
    mesh: str | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> Build:
    """`build_manifests` with the YAML stream rendered while the manifests are verified, for the command line.

    A large mesh is verified by a second process meanwhile; arguments and failures as for `build_manifests`.

    Raises:
        TemplateFailure: a template of the user's does not render, or changes the manifests.
    """
    return _build(run(source, Options(mesh, config, istio_version, today, templates), _rendered))


def _build(result: Result) -> Build:
    report = result.report
    owner = _owner(result.loaded)
    made = result.manifests, result.text, result.telemetries, result.model
    return Build(report, result.configuration, report.policy, owner, *made)


def _rendered(loaded: Loaded, configuration: Configuration, manifests: tuple[Printed, ...]) -> str:
    from ztdsl.render import yaml_text  # noqa: PLC0415 - a check renders nothing

    return yaml_text(loaded.policy.name, _owner(loaded), manifests, templates=configuration.templates)


def _owner(loaded: Loaded) -> str | None:
    owner = loaded.policy.owner
    return owner if isinstance(owner, str) else None
