"""Building a generated mesh of growing size, beside what people use today on the very same objects."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import limits
import peers as competition
from growth import exponent
from measure import Command, in_turn, once
from subject import MESH
from table import Row, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from measure import Series
    from peers import Peer, Peers
    from subject import Subject

BUILD, GROWTH, CHECK = (
    "build of the generated mesh, whole process, YAML into a file",
    "growth of ztc build: exponent of the best fit, 1 is linear",
    "check of the generated mesh, whole process",
)
_SMALL, _MIDDLE = 1_000, 3_000
_RUNS_SMALL, _RUNS_LARGE, _RUNS_PEER_LARGE = 7, 5, 3


class Meshes:
    """The objects that `ztc` renders for each size, as JSON files that peers read."""

    def __init__(self, subject: Subject, scratch: Path) -> None:
        """Keep where to build; nothing is built yet."""
        self._subject, self.scratch = subject, scratch
        self._counts: dict[int, int] = {}

    def build(self, services: int) -> None:
        """Render `services` services once as JSON; uncounted, so that it also warms the disk cache."""
        run = once(self.command(f"objects {services}", services, 1, "build", "-o", "json"), self.scratch)
        if run.failure:
            return
        built = self.scratch / f"objects {services}.out"
        program = str(competition.PROGRAMS / "plain_objects.py")
        done = subprocess.run(  # apart, so that the harness stays small
            [sys.executable, program, str(built), str(self.objects(services))], capture_output=True, check=True
        )
        self._counts[services] = int(done.stdout)

    def command(self, key: str, services: int, runs: int, *arguments: str) -> Command:
        """`ztc` with `arguments` and the mesh of that size."""
        environment = {**self._subject.environment, "ZTC_BENCH_SERVICES": str(services)}
        return Command(key, [*self._subject.argv, *arguments, str(MESH)], runs, environment=environment)

    def objects(self, services: int) -> Path:
        """The JSON file with the objects of that size."""
        return self.scratch / f"objects {services}.json"

    def job(self, services: int) -> competition.Job:
        """What peers are asked to write for that size, in fewer runs where they take long."""
        runs = _runs(services) if services < _SMALL else _RUNS_PEER_LARGE
        return competition.Job(services, self.objects(services), self.scratch, runs)

    def count(self, services: int) -> int | None:
        """How many objects that size has; None if it did not build."""
        return self._counts.get(services)


def rows(
    meshes: Meshes, peers: Peers, sizes: Sequence[int], *, is_full: bool, told: Callable[[str], None]
) -> list[Row]:
    """The rows of building, growth and checking."""
    for services in sizes:
        told(f"rendering {services} services once")
        meshes.build(services)
    contests = [
        (peer, services)
        for services in sizes
        for peer in competition.ALL
        if services in (min(sizes), _SMALL, limits.LARGEST) and (is_full or services <= peer.largest)
    ]
    measured = in_turn(
        [
            *(meshes.command(_key(services), services, _runs(services), "build") for services in sizes),
            *(competition.command(peer, peers, meshes.job(services)) for peer, services in contests),
            meshes.command(_key(max(sizes), "check"), max(sizes), _RUNS_LARGE, "check"),
        ],
        meshes.scratch,
        told,
    )
    result = []
    for services in sizes:
        ours = measured[_key(services)]
        result.append(_build_row(ours, services, meshes))
        result += [
            _peer_row(peer, measured[competition.key(peer, services)], ours, services, meshes)
            for peer, at in contests
            if at == services
        ]
    return [*result, *_growth(sizes, measured), _check(measured, max(sizes))]


def _build_row(series: Series, services: int, meshes: Meshes) -> Row:
    return Row(
        BUILD,
        "ztc build",
        series,
        services,
        meshes.count(services),
        limits=limits.BUILD_LARGEST if services == limits.LARGEST else (),
        note=_difference(series, services, meshes),
    )


def _peer_row(peer: Peer, series: Series, ours: Series, services: int, meshes: Meshes) -> Row:
    times = ratio(series, ours)
    return Row(
        BUILD,
        f"  {peer.name}",
        series,
        services,
        meshes.count(services),
        beside={} if times is None else {"ztc build": times},
        note=_difference(series, services, meshes),
    )


def _difference(series: Series, services: int, meshes: Meshes) -> str:
    """What was written differently from the objects that `ztc` renders as JSON; empty if nothing was.

    Larger sizes are not read back: PyYAML needs long for that, and they hold more of the same.
    """
    if series.failure or meshes.count(services) is None or services > _SMALL:
        return ""
    program = str(competition.PROGRAMS / "same_objects.py")
    done = subprocess.run(  # apart, so that the harness stays small
        [sys.executable, program, str(meshes.objects(services)), str(series.output)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else f"NOT the same objects: {done.stderr.strip().split(chr(10))[-1]}"


def _growth(sizes: Sequence[int], measured: Mapping[str, Series]) -> list[Row]:
    """The exponent over all sizes, and over the large ones, where start-up no longer flatters it."""
    builds = {services: measured[_key(services)] for services in sizes}
    cost_of = {services: series.median for services, series in builds.items() if not series.failure}
    result = []
    over_all = limits.GROWTH if limits.LARGEST in cost_of else ()  # small sizes alone say little but start-up
    for smallest, held_to in ((min(sizes), over_all), (_SMALL, ()), (_MIDDLE, ())):
        slope = exponent({services: cost for services, cost in cost_of.items() if services >= smallest})
        if slope is not None:
            what = f"{smallest:,} to {max(cost_of):,} services"
            result.append(Row(GROWTH, what, derived={"exponent": slope}, limits=held_to))
    return result


def _check(measured: Mapping[str, Series], largest: int) -> Row:
    held_to = limits.CHECK_LARGEST if largest == limits.LARGEST else ()
    return Row(CHECK, "ztc check", measured[_key(largest, "check")], largest, limits=held_to)


def _key(services: int, verb: str = "build") -> str:
    return f"{verb} {services}"


def _runs(services: int) -> int:
    return _RUNS_SMALL if services <= _SMALL else _RUNS_LARGE
