"""A real API server with Istio's definitions, and `kubectl` as a user of a machine has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.server import opened, path_with_kubectl, started
from tests.mesh import lane
from tests.mesh.cluster import Cluster
from tests.mesh.mesh import remove
from tests.mesh.objects import namespace
from tests.mesh.place import Place

SPACES = ("shop", "web")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A place of the module's own, gone afterwards with all that ran there."""
    with lane.required():
        here = opened(lane.own_name("reading"))
    try:
        yield here
    finally:
        remove(here)


@pytest.fixture(scope="module")
def cluster(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server with Istio's definitions and two namespaces; `kubectl` on PATH runs in the server's network."""
    running = started(place)
    running.apply([namespace(each) for each in SPACES])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path_with_kubectl(place, tmp_path_factory.mktemp("programs")))
        yield running
