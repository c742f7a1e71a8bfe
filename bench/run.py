"""Measure `ztc` and its peers in one run and print one table: `python bench/run.py --help`.

Measurements, not tests: a missed floor is a word in the table, and the exit code is 0.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auditing
import cluster
import decisions
import diffing
import inspecting
import measure
import peers as competition
import reading
import scale
import startup
import subject
import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from peers import Peers

SIZES = (100, 300, 1_000, 3_000, 10_000)
QUICK_SIZES = (100, 300)
RUNS, QUICK_RUNS = 21, 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write it as JSON where asked for."""
    options = _parser().parse_args(arguments)
    sizes = QUICK_SIZES if options.quick else SIZES
    compiler = subject.found()
    if options.cluster:
        return _only_cluster(compiler, options)
    with tempfile.TemporaryDirectory(prefix="ztdsl-bench-") as name, _peers_of(options) as peers:
        scratch = Path(name)
        rows = startup.rows(compiler, scratch, QUICK_RUNS if options.quick else RUNS, _tell)
        rows += scale.rows(scale.Meshes(compiler, scratch), peers, sizes, is_full=options.full, told=_tell)
        asked = decisions.Asked(compiler, scratch, decisions.QUICK_SERVICES if options.quick else decisions.SERVICES)
        rows += decisions.rows(asked, peers, is_quick=options.quick, is_full=options.full, told=_tell)
        rows += reading.rows(compiler, scratch, is_quick=options.quick, told=_tell)
        rows += auditing.rows(compiler, scratch, is_quick=options.quick, told=_tell)
        rows += inspecting.rows(compiler, scratch, QUICK_RUNS if options.quick else RUNS, _tell)
        rows += diffing.rows(compiler, scratch, is_quick=options.quick, told=_tell)
    return _printed(rows, compiler, options)


def _only_cluster(compiler: subject.Subject, options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="ztdsl-bench-") as name:
        rows = cluster.rows(compiler, Path(name), _tell)
    return _printed(rows, compiler, options)


def _printed(rows: list[table.Row], compiler: subject.Subject, options: argparse.Namespace) -> int:
    _tell("")
    machine = _machine(compiler)
    sys.stdout.write(_preface(machine) + "\n" + table.as_text(rows))
    if options.json is not None:
        options.json.write_text(json.dumps(table.as_json(rows, machine), indent=2) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/run.py", description="Measure ztc and its peers; always exits 0.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table as JSON, too")
    parser.add_argument("--full", action="store_true", help="every peer at 10,000 services and a million requests, too")
    parser.add_argument("--quick", action="store_true", help="two small sizes and few runs, to see that it works")
    parser.add_argument("--cluster", action="store_true", help="only `ztc diff` with a real API server; needs root")
    parser.add_argument("--peers", type=Path, metavar="DIR", help="install the peers here and keep them")
    parser.add_argument("--no-peers", action="store_true", help="install nothing; PyYAML is measured all the same")
    return parser


@contextmanager
def _peers_of(options: argparse.Namespace) -> Iterator[Peers]:
    """The peers, in a directory that goes away unless it was named."""
    if options.no_peers:
        yield competition.NONE_WANTED
    elif options.peers is not None:
        yield competition.installed(options.peers.resolve(), _tell)
    else:
        with tempfile.TemporaryDirectory(prefix="ztdsl-bench-peers-") as name:
            yield competition.installed(Path(name), _tell)


def _tell(line: str) -> None:
    """Show on a terminal what is being done; say nothing elsewhere."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\x1b[K{line[:width]}")
        sys.stderr.flush()


def _machine(compiler: subject.Subject) -> dict[str, Any]:
    """What a reader needs to know about where the figures come from."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "ztc": compiler.described,
        "harness_peak_mib": round(measure.own_peak_mib(), 1),
    }


def _preface(machine: dict[str, Any]) -> str:
    cores, load, own = machine["cores"], machine["load_average"][0], machine["harness_peak_mib"]
    return (
        f"Python {machine['python']}, {machine['system']}, {cores} cores, load average {load} at the end; "
        f"ztc is {machine['ztc']}.\n"
        "Commands run in turn; times are medians of whole processes, ratios medians over the rounds.\n"
        f"Peak memory is of the largest process; what is below the harness's own {own:.0f} MiB cannot be seen.\n"
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
