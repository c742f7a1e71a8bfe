"""`ztc build`: manifests from a policy file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from ztdsl.cli import exits
from ztdsl.cli.findings import Threshold, say_findings
from ztdsl.cli.flags import (
    Color,
    Config,
    Debug,
    FailOn,
    IstioVersion,
    Mesh,
    Policy,
    Quiet,
    RequireMatch,
    Strict,
    Templates,
    Today,
    Verbose,
)
from ztdsl.cli.outputs import write_directory, write_file
from ztdsl.cli.settings import announce, refuse_empty, refuse_stdin, settings
from ztdsl.cli.usage import UsageProblem

if TYPE_CHECKING:
    from ztdsl.api import Build

Output = Annotated[str, Option("-o", "--output", metavar="yaml|json", help="the format of the manifests")]
OutFile = Annotated[
    str | None, Option("--out-file", metavar="FILE", help="write the manifests to FILE, whole or not at all")
]
OutDir = Annotated[
    str | None, Option("--out-dir", metavar="DIR", help="write a YAML file per namespace and an inventory to DIR")
]
SourceMap = Annotated[
    str | None, Option("--source-map", metavar="FILE", help="write which declaration made which part of which object")
]
MeshConfig = Annotated[
    str | None,
    Option("--mesh-config", metavar="FILE", help="write what the access logs need of the mesh configuration"),
]


def build(
    policy: Policy,
    output: Output = "yaml",
    out_file: OutFile = None,
    out_dir: OutDir = None,
    source_map: SourceMap = None,
    mesh_config: MeshConfig = None,
    mesh: Mesh = None,
    config: Config = None,
    istio_version: IstioVersion = None,
    templates: Templates = None,
    today: Today = None,
    strict: Strict = False,
    require_match: RequireMatch = False,
    fail_on: FailOn = None,
    color: Color = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Print or write the manifests of a policy unless it has findings at the threshold."""
    del debug  # the guard reads it
    if out_dir is not None and (out_file is not None or output != "yaml"):
        raise UsageProblem("--out-dir writes YAML files and nothing else", "leave out --out-file and -o")
    refuse_stdin(policy)
    beside = {"--source-map": source_map, "--mesh-config": mesh_config}
    refuse_empty({"POLICY": policy, "--out-file": out_file, "--out-dir": out_dir, **beside})
    _refuse_one_place(out_dir, {"the manifests": out_file or "-", **beside})
    threshold = Threshold.from_flags(strict=strict, fail_on=fail_on, require_match=require_match)
    chosen = settings(mesh, config, istio_version, today, templates)
    from ztdsl.api import build_manifests, build_text  # noqa: PLC0415 - a mistake in the flags is answered without it
    from ztdsl.load.streams import diverted_stdout  # noqa: PLC0415

    is_stream = output == "yaml" and out_dir is None
    with diverted_stdout():
        built = build_text(policy, **chosen) if is_stream else build_manifests(policy, **chosen)
    if verbose:
        announce(built.configuration)
    if built.report.findings or (built.report.accepted and not quiet):
        say_findings(built.report, color=color)
    if built.manifests is None or threshold.fails(built.report, built.configuration.fail_on):
        return exits.FINDINGS
    if source_map is not None:
        write_file(source_map, _source_map_text(built))
    if mesh_config is not None:
        write_file(mesh_config, built.mesh_config)
    if out_dir is not None:
        write_directory(built, out_dir, quiet=quiet)
    else:
        write_file(out_file or "-", built.json if output == "json" else built.text)
    return exits.CLEAN


def _refuse_one_place(out_dir: str | None, places: dict[str, str | None]) -> None:
    """Refuse two products for one file, and Python files; manifests that go to a directory are in nobody's way."""
    taken: dict[str, str] = {}
    for what, place in places.items():
        if place is None or (what == "the manifests" and out_dir is not None):
            continue
        if place.endswith(".py"):
            raise UsageProblem(f"`{place}` is a Python file, and is not overwritten", f"name another file for {what}")
        first = taken.setdefault(place, what)
        if first != what:
            raise UsageProblem(f"{first} and {what} go to one place", "name two")


def _source_map_text(built: Build) -> str:
    import json  # noqa: PLC0415 - few builds want a source map
    from pathlib import Path  # noqa: PLC0415

    source_map = built.source_map
    return "{}\n" if source_map is None else json.dumps(source_map.to_json(Path.cwd()), indent=2) + "\n"
