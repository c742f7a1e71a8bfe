"""The settings of one run and where each of them came from."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from ztdsl.quick import dataclass
from ztdsl.traffic.mesh import Mesh

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ztdsl.diagnostics.model import Severity

MESH_FIELDS: Final = tuple(field.name for field in fields(Mesh) if field.name != "name")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one run goes by.

    Attributes:
        meshes: the meshes of the configuration file by name; the default mesh alone where it has none.
        mesh: the chosen one, with the Istio version of the flag or the environment where one was given.
        fail_on: findings of at least this severity fail; None if none does. `strict` is worked in already.
        strict: whether warnings fail.
        templates: the user's directory of templates, if there is one.
        severity: the severity that a code gets instead of the catalogue's; None switches it off. An error
            is never among those that are lowered.
        today: the date that end dates are compared with.
        file: the configuration file, absolute; None where there is none.
        sources: where each setting came from: `flag --mesh`, `ZTC_MESH`, `ztc.toml:3`, `default`. Settings of
            a mesh are named `meshes.NAME.trust_domain`, severities `severity.ZT301`.
        mesh_config: the file with the chosen mesh's own configuration, if one is named.
    """

    meshes: dict[str, Mesh]
    mesh: Mesh
    fail_on: Severity | None
    strict: bool
    templates: Path | None
    severity: dict[str, Severity | None]
    today: date
    file: Path | None
    sources: dict[str, str]
    mesh_config: Path | None = None


def settings_table(configuration: Configuration) -> list[tuple[str, str, str]]:
    """Each setting in force as name, value in words, and source; of the meshes only the chosen one."""
    mesh, limit = configuration.mesh, configuration.fail_on
    rows = [("mesh", mesh.name)]
    rows += [(f"meshes.{mesh.name}.{name}", _words(name, getattr(mesh, name))) for name in MESH_FIELDS]
    if configuration.mesh_config is not None:
        rows += [(f"meshes.{mesh.name}.mesh_config", str(configuration.mesh_config))]
    rows += [("fail_on", "never" if limit is None else limit.word)]
    rows += [("strict", "true" if configuration.strict else "false")]
    rows += [("templates", _words("templates", configuration.templates))]
    rows += [(f"severity.{code}", "off" if level is None else level.word) for code, level in _levels(configuration)]
    rows += [("today", configuration.today.isoformat())]
    # a mesh that the caller has made is in no file
    return [(name, words, configuration.sources.get(name, "the caller")) for name, words in rows]


def _levels(configuration: Configuration) -> list[tuple[str, Severity | None]]:
    return sorted(configuration.severity.items())


def _words(name: str, value: object) -> str:
    if isinstance(value, tuple):
        separator = "." if name == "istio_version" else ", "
        return separator.join(str(part) for part in value) or "none"
    return "none" if value is None else str(value)
