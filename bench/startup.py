"""Start-up: what a person waits for before anything happens, beside the barest program and the usual tool."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import limits
from measure import Command, in_turn
from subject import QUICKSTART
from table import Row, ratio

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from subject import Subject

SECTION = "start-up, whole process"
_BARE, _KUBECTL = "python -c pass", "kubectl version --client"
_NO_CLUSTER = {"KUBECONFIG": "/dev/null"}


def rows(subject: Subject, scratch: Path, runs: int, told: Callable[[str], None]) -> list[Row]:
    """One row a command, all of them run in turn; each has its ratio to bare Python and to kubectl."""
    kubectl = shutil.which("kubectl")
    argv = None if kubectl is None else [kubectl, "version", "--client"]
    commands = [
        Command(_BARE, [sys.executable, "-c", "pass"], runs),
        Command(_KUBECTL, argv, runs, environment=_NO_CLUSTER, absent_because="not installed: no kubectl on the path"),
        _ztc(subject, "ztc --version", runs, "--version"),
        _ztc(subject, "ztc --help", runs, "--help"),
        _ztc(subject, "ztc completion bash", runs, "completion", "bash"),
        _ztc(subject, "ztc build quickstart", runs, "build", str(QUICKSTART)),
    ]
    measured = in_turn(commands, scratch, told)
    yardsticks = {limits.PYTHON: measured[_BARE], limits.KUBECTL: measured[_KUBECTL]}
    result = []
    for key, series in measured.items():
        ratios = {
            name: value
            for name, other in yardsticks.items()
            if other is not series and (value := ratio(series, other)) is not None
        }
        result.append(Row(SECTION, key, series, beside=ratios, limits=limits.START_UP.get(key, ())))
    return result


def _ztc(subject: Subject, key: str, runs: int, *arguments: str) -> Command:
    return Command(key, [*subject.argv, *arguments], runs, environment=subject.environment)
