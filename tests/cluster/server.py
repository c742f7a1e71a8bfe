"""A real API server with Istio's definitions, in a network of its own, and a `kubectl` that is inside of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mesh import network
from tests.mesh.binaries import binary
from tests.mesh.cluster import Cluster, istio_definitions, kubectl
from tests.mesh.mesh import OWNER, remove, remove_abandoned
from tests.mesh.network import inside
from tests.mesh.place import Place


def opened(name: str) -> Place:
    """A place for a server.

    Raises:
        NoMesh: no server can run here.
    """
    here = Place(name)
    network.require_tools()
    for each in ("etcd", "kube-apiserver"):
        binary(each)
    istio_definitions()
    kubectl()
    remove_abandoned()
    here.directory.mkdir(mode=0o755)
    (here.directory / OWNER).write_text(str(os.getpid()), encoding="ascii")
    network.create(here)
    return here


def started(place: Place) -> Cluster:
    """A server with Istio's definitions."""
    running = Cluster(place)
    running.kubectl("create", "-f", "-", stdin=istio_definitions())
    running.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    return running


@contextmanager
def running(name: str) -> Iterator[tuple[Place, Cluster]]:
    """Both, until the block ends.

    Raises:
        NoMesh: no server can run here.
    """
    place = opened(name)
    try:
        yield place, started(place)
    finally:
        remove(place)


def path_with_kubectl(place: Place, directory: Path) -> str:
    """A search path on which `kubectl`, written into `directory`, is one that runs in the server's network."""
    file = directory / "kubectl"
    command = shlex.join(inside(place.network, [kubectl()]))
    file.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    file.chmod(0o755)
    return f"{directory}{os.pathsep}{os.environ['PATH']}"
