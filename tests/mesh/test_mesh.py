"""The lab itself: it starts, several live side by side, and nothing is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mesh import lane, network
from tests.mesh.mesh import Mesh, remove, remove_abandoned
from tests.mesh.place import Place

pytestmark = lane.only
CHECKOUT = Path(__file__).parents[2]
SECOND_START = 20.0


def command(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    """`just mesh` as a process of its own."""
    line = [sys.executable, "-m", "tests.mesh", "--name", name, *words]
    return subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def left_of(place: Place) -> list[str]:
    """What exists of a mesh."""
    return [*network.existing(place), *([str(place.directory)] if place.directory.exists() else [])]


@pytest.fixture
def name() -> Iterator[str]:
    """A name of which nothing is left afterwards."""
    with lane.required():
        network.require_tools()
    given = lane.own_name("lab")
    yield given
    remove(Place(given))


def test_a_mesh_stays_until_it_is_ended(name: str) -> None:
    """`up` starts a mesh beside others, `kubectl` and `exec` reach it, and after `down` nothing is left."""
    with lane.required(), Mesh(f"{name}-other"):
        start = time.monotonic()
        up = command(name, "up")
        assert up.returncode == 0, up.stderr
        assert time.monotonic() - start < SECOND_START
        assert f"{name}: 0 pods" in command(name, "status").stdout
        assert "istio-system" in command(name, "kubectl", "get", "namespaces").stdout
        assert Place(name).address in command(name, "exec", "control-plane", "ip", "address").stdout
        refused = command(name, "exec", "nowhere/pod", "true")
        assert (refused.returncode, refused.stderr) == (3, f"error: no pod `nowhere/pod` in mesh `{name}`\n")
        assert command(name, "down").returncode == 0
        assert left_of(Place(name)) == []
        assert left_of(Place(f"{name}-other"))
    assert left_of(Place(f"{name}-other")) == []


@pytest.mark.parametrize(
    ("number", "is_left"),
    [pytest.param(signal.SIGKILL, True, id="killed"), pytest.param(signal.SIGINT, False, id="^C")],
)
def test_a_run_that_is_ended(name: str, number: int, is_left: bool) -> None:
    """Ctrl-C removes the mesh; what a killed process leaves, the next one that starts a mesh removes."""
    line = "import sys; from tests.mesh.mesh import Mesh\nwith Mesh(sys.argv[1]): print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", line, name],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        os.kill(process.pid, number)
        process.communicate()
    assert bool(left_of(Place(name))) is is_left
    remove_abandoned()
    assert left_of(Place(name)) == []


def test_two_remove_one_abandoned_mesh(name: str) -> None:
    """Whoever comes second finds nothing left, and does not fail."""
    started = f"import os; from tests.mesh.mesh import Mesh\nMesh({name!r}); os._exit(0)"
    subprocess.run([sys.executable, "-c", started], cwd=CHECKOUT, check=True, capture_output=True)
    assert left_of(Place(name))
    words = [sys.executable, "-c", "from tests.mesh.mesh import remove_abandoned; remove_abandoned()"]
    both = [subprocess.Popen(words, cwd=CHECKOUT, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(each.communicate()[1], each.returncode) for each in both] == [(b"", 0)] * 2
    assert left_of(Place(name)) == []
