"""Manifests as an input: reading them, beside PyYAML's C loader, and checking them."""

from __future__ import annotations

import json
import statistics
import sys
from typing import TYPE_CHECKING

import limits
import peers as competition
from measure import Command, in_turn, once
from subject import MESH
from table import Row, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from measure import Series
    from subject import Subject

READ, CHECK = (
    "reading manifests in process, processor time",
    "check of the same manifests, whole process",
)
SERVICES, QUICK_SERVICES = 4_761, 100  # about two objects each, and some of the namespaces: 10,000
_RUNS = 5
_WAYS = {
    "pyyaml": limits.YAML_READER,
    "documents": "ztdsl, YAML to data",
    "manifests": "ztdsl, with both gates and decoding",
}


def rows(subject: Subject, scratch: Path, *, is_quick: bool, told: Callable[[str], None]) -> list[Row]:
    """The rows of reading and of `ztc check -f`."""
    services = QUICK_SERVICES if is_quick else SERVICES
    told("rendering manifests to read")
    manifests = scratch / "read.yaml"
    environment = {**subject.environment, "ZTC_BENCH_SERVICES": str(services)}
    built = once(Command("read", [*subject.argv, "build", str(MESH)], 1, environment=environment), scratch)
    if built.failure:
        return [Row(READ, "the mesh", note=f"not measured: ztc did not build it: {built.failure}")]
    (scratch / "read.out").rename(manifests)
    commands = [
        *(_reading(subject, manifests, way) for way in _WAYS),
        Command("check", [*subject.argv, "check", "-f", str(manifests)], _RUNS, environment=subject.environment),
    ]
    measured = in_turn(commands, scratch, told)
    return [*_rows_of_reading(measured, services), *_rows_of_checking(measured, services)]


def _reading(subject: Subject, manifests: Path, way: str) -> Command:
    argv = [sys.executable, str(competition.PROGRAMS / "read_yaml.py"), str(manifests), way]
    return Command(way, argv, _RUNS, environment=subject.environment, reports=True)


def _rows_of_reading(measured: Mapping[str, Series], services: int) -> list[Row]:
    yardstick = measured["pyyaml"]
    result = []
    for way, what in _WAYS.items():
        series = measured[way]
        times = None if series is yardstick else ratio(series, yardstick)
        objects = None if series.failure else json.loads(series.output.read_bytes())["documents"]
        result.append(
            Row(
                READ,
                what,
                series,
                services,
                objects,
                items=objects,
                beside={} if times is None else {limits.YAML_READER: times},
                limits=limits.READING if way == "documents" and services == SERVICES else (),
            )
        )
    return result


def _rows_of_checking(measured: Mapping[str, Series], services: int) -> list[Row]:
    check, reading = measured["check"], measured["documents"]
    beyond: dict[str, float] = {}
    if not check.failure and not reading.failure:
        pairs = zip(check.seconds, reading.seconds, strict=False)
        beyond["beyond_reading"] = statistics.median(whole - read for whole, read in pairs)
    held_to = limits.CHECK_FILES if services == SERVICES else ()
    return [
        Row(CHECK, "ztc check -f", check, services),
        Row(CHECK, "  beyond reading the YAML", services=services, derived=beyond, limits=held_to),
    ]
