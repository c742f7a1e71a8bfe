"""A real API server with Istio's definitions, and `kubectl` as a user of a machine has it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mesh import lane, network
from tests.mesh.binaries import binary
from tests.mesh.cluster import Cluster, istio_definitions, kubectl
from tests.mesh.mesh import OWNER, remove, remove_abandoned
from tests.mesh.network import inside
from tests.mesh.objects import namespace
from tests.mesh.place import Place

SPACES = ("shop", "web")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A place of the module's own, gone afterwards with all that ran there."""
    here = Place(lane.own_name("reading"))
    with lane.required():
        network.require_tools()
        for name in ("etcd", "kube-apiserver"):
            binary(name)
        istio_definitions()
        remove_abandoned()
        here.directory.mkdir(mode=0o755)
        (here.directory / OWNER).write_text(str(os.getpid()), encoding="ascii")
        network.create(here)
    try:
        yield here
    finally:
        remove(here)


@pytest.fixture(scope="module")
def cluster(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server with Istio's definitions and two namespaces; `kubectl` on PATH runs in the server's network."""
    running = Cluster(place)
    running.kubectl("create", "-f", "-", stdin=istio_definitions())
    running.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    running.apply([namespace(each) for each in SPACES])
    programs = tmp_path_factory.mktemp("programs")
    with pytest.MonkeyPatch.context() as patch:
        _write_program(programs / "kubectl", inside(place.network, [kubectl()]))
        patch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        yield running


def _write_program(file: Path, command: list[str]) -> None:
    file.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    file.chmod(0o755)
