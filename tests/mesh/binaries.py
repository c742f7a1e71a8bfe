"""The programs of a mesh, built once from Go modules beside this file and kept outside the checkout.

What they are built from is said by `go/kubernetes/go.mod` and `go/istio/go.mod`; a change there builds them again.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conformance.cache import alone, cached

MODULES: Final = Path(__file__).parent / "go"
_SHOWN: Final = 2000
"""Characters of the end of what a failing build says."""
_REQUIRED: Final = r"^\s*{module} (\S+)"


class NoMesh(Exception):  # noqa: N818 - named for what is missing
    """A mesh cannot run here; the message says what is lacking."""


@dataclass(frozen=True)
class Program:
    """One program.

    Attributes:
        name: what its file is called.
        module: the folder of `go/` that says which versions.
        package: the import path of its `main`.
        tags: the build tags of its project's own releases.
        variables: what the linker sets.
    """

    name: str
    module: str
    package: str
    tags: str = ""
    variables: str = ""

    def command(self, go: str, target: Path) -> list[str]:
        """How it is built into `target`."""
        flags = ["-trimpath", f"-tags={self.tags}", f"-ldflags=-s -w {self.variables}".rstrip()]
        return [go, "build", "-C", str(MODULES / self.module), *flags, "-o", str(target), self.package]

    def digest(self) -> str:
        """Differs whenever what is built differs."""
        summed = hashlib.sha256(repr(self).encode())
        for file in ("go.mod", "go.sum"):
            summed.update((MODULES / self.module / file).read_bytes())
        return summed.hexdigest()[:16]


def required(module: str, dependency: str) -> str:
    """The version of `dependency` that a module of `go/` requires."""
    text = (MODULES / module / "go.mod").read_text(encoding="utf-8")
    found = re.search(_REQUIRED.format(module=re.escape(dependency)), text, re.MULTILINE)
    assert found is not None, f"{module} does not require {dependency}"
    return found[1]


_VERSION: Final = f"-X k8s.io/component-base/version.gitVersion={required('kubernetes', 'k8s.io/kubernetes')}"
PROGRAMS: Final = {
    each.name: each
    for each in (
        Program("pilot-discovery", "istio", "istio.io/istio/pilot/cmd/pilot-discovery", tags="vtprotobuf,disable_pgv"),
        Program(
            "pilot-agent",
            "istio",
            "istio.io/istio/pilot/cmd/pilot-agent",
            tags="agent,disable_pgv,grpcnotrace,retrynotrace",
        ),
        Program("etcd", "kubernetes", "go.etcd.io/etcd/server/v3"),
        Program("kube-apiserver", "kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver", variables=_VERSION),
    )
}
"""Those of Istio first: they share most of their packages with the conformance lane's program."""


def binary(name: str) -> Path:
    """The program of that name, built from the modules as they are.

    Raises:
        NoMesh: Go is missing, or the program cannot be built.
    """
    program = PROGRAMS[name]
    place = cached("mesh") / f"{name}-{program.digest()}"
    with alone(place.parent):
        if not place.exists():
            _build(program, place)
    return place


def module_directory(module: str, dependency: str) -> Path:
    """Where Go keeps the sources of a dependency; they hold what is no program: definitions and templates.

    Raises:
        NoMesh: Go is missing, or cannot fetch them.
    """
    command = [_go(), "list", "-C", str(MODULES / module), "-m", "-f", "{{.Dir}}", dependency]
    found = _run(command).strip()
    if not found:
        _run([_go(), "-C", str(MODULES / module), "mod", "download", dependency])
        found = _run(command).strip()
    return Path(found)


def _go() -> str:
    go = shutil.which("go")
    if go is None:
        message = "Go is not installed"
        raise NoMesh(message)
    return go


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoMesh(done.stderr.strip()[-_SHOWN:] or f"{command[0]} exited with {done.returncode}")
    return done.stdout


def _build(program: Program, place: Path) -> None:
    """Build, and remove what was built of other sources: each is large."""
    fresh = place.with_name(f"{program.name}.fresh")
    _run(program.command(_go(), fresh))
    for stale in place.parent.glob(f"{program.name}-*"):
        stale.unlink()
    fresh.replace(place)


if __name__ == "__main__":
    for each in PROGRAMS:
        print(binary(each))  # noqa: T201 - what this command is for
