"""Put flags, environment and configuration file together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ztdsl.config.choose import chosen_mesh
from ztdsl.config.failure import ConfigurationFailure
from ztdsl.config.given import Given, Setting
from ztdsl.config.locate import found, named
from ztdsl.config.settings import MESH_FIELDS, Configuration
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.model import Severity
from ztdsl.traffic.mesh import Mesh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ztdsl.config.document import Document
    from ztdsl.config.schema import SettingsTable
    from ztdsl.diagnostics.model import Diagnostic


@dataclass
class _File:
    """What the configuration file says."""

    document: Document | None = None
    settings: dict[str, Setting] = field(default_factory=dict)
    severity: dict[str, Severity | None] = field(default_factory=dict)
    meshes: dict[str, Mesh] = field(default_factory=dict)
    mesh_configs: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def read_configuration(
    start: Path,
    *,
    flags: Mapping[str, str | bool | None],
    environ: Mapping[str, str],
    config_file: Path | None = None,
) -> Configuration:
    """The settings for a policy file, or for a directory.

    Args:
        start: where the search for a configuration file begins: the policy file, which need not exist, or
            a directory.
        flags: `mesh`, `istio_version`, `fail_on`, `strict`, `templates`, `today`; one that is None or False
            was not given.
        environ: the environment; `ZTC_MESH`, `ZTC_ISTIO_VERSION`, `ZTC_FAIL_ON`, `ZTC_STRICT`, `ZTC_TEMPLATES`,
            `ZTC_TODAY`, `ZTC_CONFIG` and `SOURCE_DATE_EPOCH` count, unless empty.
        config_file: the configuration file, instead of a search.

    Raises:
        ConfigurationFailure: ZT007 for an unreadable file, ZT010 for each setting that does not fit, ZT011
            for the choice of a mesh; all of them at once, except that a file which is not TOML stands alone.
    """
    given = Given(flags, environ)
    file = _file(_document(start, environ, config_file))
    sources = {"strict": "default", "fail_on": "default", "templates": "default", **file.sources}
    mesh = _mesh(file, given, sources)
    fail_on, strict = _threshold(file, given, sources)
    templates = _templates(file, given, sources)
    today, sources["today"] = given.today()
    problems = (*file.problems, *given.problems)
    if problems or mesh is None:
        raise ConfigurationFailure(problems)
    meshes = file.meshes or {mesh.name: Mesh(mesh.name)}
    place = None if file.document is None else file.document.file
    mesh_config = None
    if place is not None and mesh.name in file.mesh_configs:
        mesh_config = place.parent / file.mesh_configs[mesh.name]  # as that of templates: relative to the file
    return Configuration(
        meshes, mesh, fail_on, strict, templates, file.severity, today, place, sources, mesh_config=mesh_config
    )


def _document(start: Path, environ: Mapping[str, str], config_file: Path | None) -> Document | None:
    if config_file is not None:
        return named(config_file)
    if environ.get("ZTC_CONFIG"):
        return named(Path(environ["ZTC_CONFIG"]))
    return found(start)


def _file(document: Document | None) -> _File:
    """The content of a file; pydantic is loaded only where there is content."""
    file = _File(document)
    if document is None or not document.table:
        return file
    from ztdsl.config.complaints import checked  # noqa: PLC0415

    _add(file, "default_mesh", document.table.get("default_mesh"))  # what chooses stands, whatever else is wrong
    content, file.problems = checked(document)
    for name in ("fail_on", "strict", "templates"):
        _add(file, name, getattr(content, name))
    for code, level in content.severity.items():
        file.severity[code] = None if level == "off" else Severity[level.upper()]
        file.sources[f"severity.{code}"] = document.source("severity", code)
    _add_meshes(file, document, content)
    return file


def _add(file: _File, name: str, value: object) -> None:
    if file.document is not None and isinstance(value, str | bool) and value != "":
        text = value if isinstance(value, str) else str(value).lower()
        file.settings[name] = Setting(text, file.document.source(name), 1, file.document.value(name))


def _add_meshes(file: _File, document: Document, content: SettingsTable) -> None:
    for name, table in content.meshes.items():
        values = table.model_dump(exclude_none=True)
        for key, value in values.items():
            file.sources[f"meshes.{name}.{key}"] = document.source("meshes", name, key)
            if isinstance(value, list):
                values[key] = tuple(value)
        if "istio_version" in values:
            major, _, minor = values["istio_version"].partition(".")
            values["istio_version"] = (int(major), int(minor))
        mesh_config = values.pop("mesh_config", None)
        if mesh_config is not None:
            file.mesh_configs[name] = mesh_config
        file.meshes[name] = Mesh(name, **values)


def _mesh(file: _File, given: Given, sources: dict[str, str]) -> Mesh | None:
    """The chosen mesh; None where a problem was found."""
    choice = given.setting("mesh", file.settings.get("default_mesh"))
    name, sources["mesh"] = chosen_mesh(choice, file.document, file.problems)
    mesh = Mesh() if name is None else file.meshes.get(name)
    if mesh is not None:
        for key in MESH_FIELDS:
            sources.setdefault(f"meshes.{mesh.name}.{key}", "default")
    setting = given.setting("istio_version")
    version = None if setting is None else given.version(setting)
    if setting is None or version is None or mesh is None:
        return mesh
    sources[f"meshes.{mesh.name}.istio_version"] = setting.source
    return replace(mesh, istio_version=version)


def _threshold(file: _File, given: Given, sources: dict[str, str]) -> tuple[Severity | None, bool]:
    """The severity that fails, with `strict` worked in unless something of higher rank says otherwise."""
    fail_on_setting = given.setting("fail_on", file.settings.get("fail_on"))
    strict_setting = given.setting("strict", file.settings.get("strict"))
    fail_on, strict = given.threshold(fail_on_setting), given.strict(strict_setting)
    for name, setting in (("fail_on", fail_on_setting), ("strict", strict_setting)):
        if setting is not None:
            sources[name] = setting.source
    if (
        strict_setting is None
        or not strict
        or (fail_on_setting is not None and fail_on_setting.rank > strict_setting.rank)
    ):
        return fail_on, strict
    if fail_on is None or fail_on > Severity.WARNING:
        fail_on, sources["fail_on"] = Severity.WARNING, strict_setting.source
    return fail_on, strict


def _templates(file: _File, given: Given, sources: dict[str, str]) -> Path | None:
    """The directory of templates: a file's is relative to that file, others to the current directory."""
    setting = given.setting("templates", file.settings.get("templates"))
    if setting is None:
        return None
    sources["templates"] = setting.source
    base = file.document.file.parent if setting.place is not None and file.document is not None else Path.cwd()
    try:
        is_directory = (base / setting.text).is_dir()
    except ValueError:  # a null byte in the name
        is_directory = False
    if not is_directory:
        message = f"no directory of templates is at `{setting.text}`"
        given.problems.append(diagnostic("ZT010", message, setting.place, notes=[f"given by {setting.source}"]))
    return base / setting.text
