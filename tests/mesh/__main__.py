"""A mesh to play with: `just mesh up|down|status|kubectl|exec`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Final

from tests.conformance.lab import tokens
from tests.mesh import network, world
from tests.mesh.binaries import NoMesh
from tests.mesh.cluster import ADMIN
from tests.mesh.mesh import Mesh, remove
from tests.mesh.place import Place
from tests.mesh.processes import Stopped
from ztdsl.pipeline import Options, run

_USAGE: Final = """\
usage: just mesh [--name NAME] COMMAND

  up [POLICY.py]           start a mesh that stays until `down`, with a pod for each workload of a policy; an older
                           one of that name ends
  down                     end it and remove what it left
  status                   which meshes run
  kubectl WORDS…           kubectl, as administrator of the mesh
  exec POD COMMAND…        run a command in the network of a pod (`namespace/name`), or of the `control-plane`
  token CLAIMS             print a token that verifies with the keys of the policy's issuers; CLAIMS are JSON
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
        "token": _token,
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
    if len(words) > 1:
        sys.stderr.write(_USAGE)
        return 2
    if not words:
        Mesh(place.name).keep()
        sys.stdout.write(f"mesh `{place.name}` runs; its files are in {place.directory}\n")
        return 0
    model = run(words[0], Options()).model
    if model is None:
        sys.stderr.write(f"error: {words[0]} has errors: see `ztc check {words[0]}`\n")
        return 1
    mesh = Mesh(place.name, model.mesh, key_hosts=world.key_hosts_of(model))
    mesh.keep()
    world.populate(mesh, model)
    for pod in mesh.pods.values():
        sys.stdout.write(f"{pod.spec.namespace}/{pod.spec.name} has address {pod.address}\n")
    sys.stdout.write(f"mesh `{place.name}` runs without any policy yet\n")
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


def _token(_: Place, words: Sequence[str]) -> int:
    if len(words) != 1:
        sys.stderr.write(_USAGE)
        return 2
    claims = json.loads(words[0])
    sys.stdout.write(tokens.valid(claims) + "\n")
    return 0


def _become(command: Sequence[str]) -> int:
    """Give the terminal to a command; its exit code is ours."""
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
