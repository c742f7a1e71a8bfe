"""What people use today for the same job, installed apart from the project, and the commands that run it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
NODE_PACKAGES = ("cdk8s@2.70.106", "constructs@10.8.1")
_INSTALL_TIMEOUT_S = 300
_LARGEST_WARMED = 1_000  # a larger run lasts so long that a cold start is no part of it


@dataclass(frozen=True, slots=True)
class Peers:
    """Where the peers are; None for what could not be installed, with the reason beside it."""

    python: Path | None
    node_modules: Path | None
    python_absent: str = ""
    node_absent: str = ""


NONE_WANTED = Peers(None, None, "left out by --no-peers", "left out by --no-peers")


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to write the same objects.

    Attributes:
        name: what the table calls it.
        runs_in: `project` (the environment of ztdsl), `python` (the peers' own) or `node`.
        program: a file of `programs/`.
        arguments: for the program; `{objects}` is the JSON file, `{scratch}` the directory that it stands in,
            `{directory}` one for output, `{services}` the size of the mesh.
        largest: the largest mesh that it is given without `--full`; larger ones take minutes.
    """

    name: str
    runs_in: str
    program: str
    arguments: tuple[str, ...]
    largest: int = 1_000


ALL = (
    Peer("PyYAML CSafeDumper", "project", "pyyaml_dump.py", ("{objects}", "CSafeDumper"), 10_000),
    Peer("PyYAML SafeDumper", "project", "pyyaml_dump.py", ("{objects}", "SafeDumper")),
    Peer("cdk8s for Python", "python", "cdk8s_synth.py", ("{objects}", "{directory}")),
    Peer("cdk8s for node", "node", "cdk8s_synth.cjs", ("{objects}", "{directory}")),
    Peer("KCL, objects as data", "python", "kcl_run.py", ("kcl_objects.k", "{scratch}", "objects={objects}")),
    Peer("KCL, written as KCL", "python", "kcl_run.py", ("kcl_mesh.k", "{scratch}", "services={services}")),
)


def installed(directory: Path, told: Callable[[str], None]) -> Peers:
    """The peers under `directory`, installed there if they are not yet, with the ordinary package clients."""
    told("installing the peers")
    python = directory / "venv" / "bin" / "python"
    failure = ""
    if not python.exists():
        failure = _failure([sys.executable, "-m", "venv", str(directory / "venv")])
    requirements = str(HERE / "requirements-peers.txt")
    failure = failure or _failure([str(python), "-m", "pip", "install", "--quiet", "-r", requirements])
    node = directory / "node"
    node.mkdir(parents=True, exist_ok=True)
    without_node = _node_failure(node)
    return Peers(
        None if failure else python,
        None if without_node else node / "node_modules",
        failure,
        without_node,
    )


@dataclass(frozen=True, slots=True)
class Job:
    """What a peer is asked to write: the JSON file `objects` of a mesh of that size, so many times."""

    services: int
    objects: Path
    scratch: Path
    runs: int


def key(peer: Peer, services: int) -> str:
    """The key of the command that makes `peer` write a mesh of that size."""
    return f"{peer.name}, {services}"


def command(peer: Peer, peers: Peers, job: Job) -> Command:
    """The command that makes `peer` do `job`; without a program if the peer or the objects are absent."""
    name = key(peer, job.services)
    absent = _absent(peer, peers)
    if absent:
        return Command(name, None, job.runs, absent_because=f"not installed: {absent}")
    if not job.objects.exists():
        return Command(name, None, job.runs, absent_because="not run: ztc rendered no objects")
    directory = job.scratch / f"{name} synthesized"
    values = {"objects": job.objects, "scratch": job.scratch, "directory": directory, "services": job.services}
    return Command(
        name,
        [_interpreter(peer, peers), str(PROGRAMS / peer.program), *(word.format(**values) for word in peer.arguments)],
        job.runs,
        environment={"NODE_PATH": str(peers.node_modules)} if peer.runs_in == "node" else {},
        output=directory / "mesh.k8s.yaml" if "{directory}" in peer.arguments else None,
        is_warmed=job.services <= _LARGEST_WARMED,
    )


def _interpreter(peer: Peer, peers: Peers) -> str:
    match peer.runs_in:
        case "project":
            return sys.executable
        case "node":
            return _node() or "node"
        case _:
            return str(peers.python)


def _absent(peer: Peer, peers: Peers) -> str:
    """Why `peer` cannot run here, empty if it can."""
    if peer.runs_in == "python" and peers.python is None:
        return peers.python_absent
    if peer.runs_in == "node" and peers.node_modules is None:
        return peers.node_absent
    if peer.program == "cdk8s_synth.py" and _node() is None:
        return "it needs node"
    return ""


def _node() -> str | None:
    return shutil.which("node")


def _node_failure(directory: Path) -> str:
    npm = shutil.which("npm")
    if npm is None or _node() is None:
        return "node and npm are not installed"
    if (directory / "node_modules" / "cdk8s").exists():
        return ""
    return _failure([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(directory), *NODE_PACKAGES])


def _failure(argv: Sequence[str]) -> str:
    """Run an installer; its last line if it failed, empty if not."""
    try:
        done = subprocess.run(list(argv), capture_output=True, text=True, check=False, timeout=_INSTALL_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"the installation took more than {_INSTALL_TIMEOUT_S} s"
    lines = [line.strip() for line in (done.stderr or done.stdout).split("\n") if line.strip()]
    return "" if done.returncode == 0 else (lines[-1] if lines else f"exit {done.returncode}")
