"""Run commands as whole processes, in turn, and keep what each run cost.

The harness itself stays small on purpose: on Linux a child's peak memory never reads lower than
its parent's at the moment of the start, so nothing large is ever loaded here.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

TIMEOUT_S = 600.0
MIB = 1024 * 1024
_KIB_PER_MIB = 1024
_MAXRSS_PER_MIB = MIB if sys.platform == "darwin" else _KIB_PER_MIB  # getrusage(2): bytes there, KiB elsewhere
_READ_OF_STDERR = 64 * 1024


@dataclass(frozen=True, slots=True)
class Command:
    """One command to measure.

    Attributes:
        key: names the command within its group, and the files of its output.
        argv: the program and its arguments; None if there is nothing to run.
        runs: how many runs count.
        environment: variables set on top of the harness's own.
        output: the file that the program writes by itself; its standard output if None.
        is_warmed: one run that does not count goes first.
        reports: whether the program times a part of its work by itself and prints it as `{"seconds": ...}`; that
            counts then.
        absent_because: why there is no program, as `not installed: no kubectl on the path`.
    """

    key: str
    argv: Sequence[str] | None
    runs: int
    environment: Mapping[str, str] = field(default_factory=dict)
    output: Path | None = None
    is_warmed: bool = True
    reports: bool = False
    absent_because: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run cost: seconds of wall time or as the program reports them, the largest process in MiB, bytes out."""

    seconds: float
    peak_mib: float
    bytes_out: int
    failure: str


@dataclass(frozen=True, slots=True)
class Series:
    """All counted runs of one command, in the order of the rounds."""

    command: Command
    runs: tuple[Run, ...]
    output: Path

    @property
    def failure(self) -> str:
        """Why there is no figure, empty if there is one."""
        if self.command.argv is None:
            return self.command.absent_because
        return next((run.failure for run in self.runs if run.failure), "" if self.runs else "not run")

    @property
    def seconds(self) -> list[float]:
        """Wall time of each counted run."""
        return [run.seconds for run in self.runs]

    @property
    def median(self) -> float:
        """Median wall time in seconds."""
        return statistics.median(self.seconds)

    @property
    def peak_mib(self) -> float:
        """The highest peak of any counted run."""
        return max(run.peak_mib for run in self.runs)

    @property
    def bytes_out(self) -> int:
        """How much the last run wrote."""
        return self.runs[-1].bytes_out


def in_turn(
    commands: Sequence[Command], scratch: Path, told: Callable[[str], None] = lambda _: None
) -> dict[str, Series]:
    """Every command's runs, one run of each per round, so that drift of the machine falls on all of them.

    A command that fails once is not run again; its series says why.

    Args:
        commands: what to run; keys are unique.
        scratch: a directory for the output of the commands.
        told: called before each run with a line for people who wait.
    """
    runs: dict[str, list[Run]] = {command.key: [] for command in commands}
    present = [command for command in commands if command.argv is not None]
    rounds = max((command.runs for command in present), default=0)
    for number in range(rounds + 1):
        for command in present:
            is_due = command.is_warmed if number == 0 else number <= command.runs
            if not is_due or any(run.failure for run in runs[command.key]):
                continue
            told(f"{command.key}: {f'run {number} of {command.runs}' if number else 'warm-up'}")
            run = once(command, scratch)
            if number > 0 or run.failure:
                runs[command.key].append(run)
    return {
        command.key: Series(command, tuple(runs[command.key]), _output_of(command, scratch)) for command in commands
    }


def once(command: Command, scratch: Path) -> Run:
    """One run of `command`, its streams in files under `scratch`."""
    if command.argv is None:
        return Run(0, 0, 0, command.absent_because)
    environment = {**os.environ, **command.environment}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or every run would compile what it imports anew
    stdout, stderr = scratch / f"{command.key}.out", scratch / f"{command.key}.err"
    with stdout.open("wb") as out, stderr.open("wb") as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(command.argv), stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, process_group=0
        )
        status, usage = _reaped(process)
        seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    output = _output_of(command, scratch)
    size = output.stat().st_size if output.exists() else 0
    if command.reports and code == 0:
        seconds = json.loads(stdout.read_bytes())["seconds"]
    return Run(seconds, usage.ru_maxrss / _MAXRSS_PER_MIB, size, _failure(code, stderr))


def own_peak_mib() -> float:
    """The harness's own peak in MiB, below which no child's peak can be seen."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MAXRSS_PER_MIB


def _reaped(process: subprocess.Popen[bytes]) -> tuple[int, resource.struct_rusage]:
    """The wait status and the resource usage of `process` and of the children that it waited for."""
    watchdog = threading.Timer(TIMEOUT_S, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        watchdog.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)  # or its destructor would wait for it again
    return status, usage


def _output_of(command: Command, scratch: Path) -> Path:
    return command.output if command.output is not None else scratch / f"{command.key}.out"


def _failure(code: int, stderr: Path) -> str:
    if code == 0:
        return ""
    if code == -signal.SIGKILL:
        return f"killed (after {TIMEOUT_S:.0f} s, or out of memory)"
    with stderr.open("rb") as written:
        text = written.read(_READ_OF_STDERR).decode(errors="replace")
    lines = [line.strip() for line in text.split("\n") if line.strip()] or ["no message"]
    return f"exit {code}: {lines[-1] if lines[0].startswith('Traceback') else lines[0]}"
