"""A mesh to play with: `just mesh up|down|status|kubectl|exec`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Final

from tests.mesh import network
from tests.mesh.binaries import NoMesh
from tests.mesh.cluster import ADMIN
from tests.mesh.mesh import Mesh, remove
from tests.mesh.place import Place
from tests.mesh.processes import Stopped

_USAGE: Final = """\
usage: just mesh [--name NAME] COMMAND

  up                       start a mesh that stays until `down`; an older one of that name ends
  down                     end it and remove what it left
  status                   which meshes run
  kubectl WORDS…           kubectl, as administrator of the mesh
  exec POD COMMAND…        run a command in the network of a pod (`namespace/name`), or of the `control-plane`
"""


def main(words: Sequence[str]) -> int:
    """Do what the command line says."""
    name = "mesh"
    if words[:1] == ["--name"] and len(words) > 1:
        name, words = words[1], words[2:]
    commands: dict[str, Callable[[Place, Sequence[str]], int]] = {
        "up": _up,
        "down": _down,
        "status": _status,
        "kubectl": _kubectl,
        "exec": _exec,
    }
    if not words or words[0] not in commands:
        sys.stderr.write(_USAGE)
        return 2
    try:
        return commands[words[0]](Place(name), words[1:])
    except (NoMesh, Stopped, ValueError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 3


def _up(place: Place, words: Sequence[str]) -> int:
    if words:
        sys.stderr.write(_USAGE)
        return 2
    mesh = Mesh(place.name)
    mesh.keep()
    sys.stdout.write(f"mesh `{place.name}` runs; its files are in {mesh.place.directory}\n")
    return 0


def _down(place: Place, _: Sequence[str]) -> int:
    remove(place)
    return 0


def _status(_: Place, __: Sequence[str]) -> int:
    for name in network.meshes():
        place = Place(name)
        pods = [each for each in network.existing(place) if each != place.network]
        running = sum(len(network.processes(each)) for each in network.existing(place))
        sys.stdout.write(f"{name}: {len(pods)} pods, {running} processes, files in {place.directory}\n")
    return 0


def _kubectl(place: Place, words: Sequence[str]) -> int:
    configuration = place.directory / "cluster" / f"{ADMIN}.kubeconfig"
    return _become(network.inside(place.network, ["kubectl", f"--kubeconfig={configuration}", *words]))


def _exec(place: Place, words: Sequence[str]) -> int:
    if len(words) < 2:
        sys.stderr.write(_USAGE)
        return 2
    pod, *command = words
    if pod == "control-plane":
        return _become(network.inside(place.network, command))
    found = [each for each in place.directory.glob("pods/*") if each.name.partition("-")[2] == pod.replace("/", "-")]
    if not found:
        sys.stderr.write(f"error: no pod `{pod}` in mesh `{place.name}`\n")
        return 3
    number = int(found[0].name.partition("-")[0])
    return _become(network.inside(place.pod_network(number), command))


def _become(command: Sequence[str]) -> int:
    """Give the terminal to a command; its exit code is ours."""
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
