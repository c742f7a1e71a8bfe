"""`ztc diff` with an export of a cluster in which one object in a hundred differs; no network takes part."""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import limits
import peers as competition
from measure import Command, in_turn, once
from subject import MESH
from table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from measure import Series
    from subject import Subject

DIFF = "diff with a JSON export, 1 % changed, access included, whole process"
SERVICES, QUICK_SERVICES = 4_761, 100  # about two objects each, and some of the namespaces: 10,000
MOST_SERVICES = 23_805  # 50,000 objects
_RUNS = 5
_BUILD, _POLICY, _FILES = "diff build", "diff policy", "diff files"


@dataclass(frozen=True, slots=True)
class _Export:
    """What is compared: the manifests of a mesh, and the edited export.

    Attributes:
        services: the size of the mesh.
        built: what `ztc build -o json` writes of it.
        live: the export.
        objects: how many it holds.
        failure: why there is none, empty if there is one.
    """

    services: int
    built: Path
    live: Path
    objects: int = 0
    failure: str = ""


def rows(subject: Subject, scratch: Path, *, is_quick: bool, told: Callable[[str], None]) -> list[Row]:
    """The rows of `ztc diff --live`."""
    export = _exported(subject, scratch, QUICK_SERVICES if is_quick else SERVICES, told)
    if export.failure:
        return [Row(DIFF, "an export", note=f"not measured: {export.failure}")]
    environment = _sized(subject, export.services)
    build = [*subject.argv, "build", str(MESH), "-o", "json"]
    commands = [
        Command(_BUILD, build, _RUNS, environment=environment),
        Command(_POLICY, _diff(subject, [str(MESH)], export), _RUNS, environment=environment),
        Command(_FILES, _diff(subject, ["-f", str(export.built)], export), _RUNS, environment=environment),
    ]
    result = _rows_of(in_turn(commands, scratch, told), export)
    return result if is_quick else [*result, _largest(subject, scratch, told)]


def _rows_of(measured: Mapping[str, Series], export: _Export) -> list[Row]:
    is_held = export.services == SERVICES
    build, policy, files = measured[_BUILD], measured[_POLICY], measured[_FILES]
    held_to, held_beyond = (limits.DIFF, limits.DIFF_BEYOND) if is_held else ((), ())
    beyond: dict[str, float] = {}
    if not build.failure and not policy.failure:
        pairs = zip(policy.seconds, build.seconds, strict=False)
        beyond["beyond_reading"] = statistics.median(whole - built for whole, built in pairs)
    return [
        Row(DIFF, "ztc build -o json, for comparison", build, export.services),
        Row(DIFF, "ztc diff policies.py --live", policy, export.services, export.objects, limits=held_to),
        Row(DIFF, "  beyond ztc build", services=export.services, derived=beyond, limits=held_beyond),
        Row(DIFF, "ztc diff -f manifests.json --live", files, export.services, export.objects, limits=held_to),
    ]


def _largest(subject: Subject, scratch: Path, told: Callable[[str], None]) -> Row:
    """One run with 50,000 objects, for its memory."""
    what = "ztc diff policies.py --live, one run"
    export = _exported(subject, scratch, MOST_SERVICES, told)
    if export.failure:
        return Row(DIFF, what, note=f"not measured: {export.failure}")
    environment = _sized(subject, export.services)
    command = Command("diff largest", _diff(subject, [str(MESH)], export), 1, environment=environment, is_warmed=False)
    series = in_turn([command], scratch, told)[command.key]
    return Row(DIFF, what, series, export.services, export.objects, limits=limits.DIFF_LARGEST)


def _exported(subject: Subject, scratch: Path, services: int, told: Callable[[str], None]) -> _Export:
    told(f"rendering an export of {services} services")
    built, live = scratch / f"diff {services}.json", scratch / f"live {services}.json"
    argv = [*subject.argv, "build", str(MESH), "-o", "json", "--out-file", str(built)]
    run = once(Command("diff manifests", argv, 1, environment=_sized(subject, services)), scratch)
    if run.failure:
        return _Export(services, built, live, failure=f"ztc did not build the mesh: {run.failure}")
    program = [sys.executable, str(competition.PROGRAMS / "live_export.py"), str(built), str(live)]
    run = once(Command("diff export", program, 1), scratch)
    if run.failure:
        return _Export(services, built, live, failure=f"no export was written: {run.failure}")
    said = json.loads((scratch / "diff export.out").read_bytes())
    return _Export(services, built, live, said["objects"])


def _diff(subject: Subject, wanted: list[str], export: _Export) -> list[str]:
    return [*subject.argv, "diff", *wanted, "--live", str(export.live), "-o", "summary", "--exit-zero"]


def _sized(subject: Subject, services: int) -> dict[str, str]:
    return {**subject.environment, "ZTC_BENCH_SERVICES": str(services)}
