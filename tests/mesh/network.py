"""Network namespaces: one with a bridge for the control plane, one for each pod, joined by virtual cables."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.mesh.binaries import NoMesh
from tests.mesh.place import PODS, PREFIX, Place

_HOSTS: Final = Path("/etc/netns")
"""`ip netns exec NAME` shows the files of `NAME` here in place of those of `/etc` (ip-netns(8))."""
_BRIDGE: Final = "mesh"


def require_tools() -> None:
    """See that network namespaces can be made.

    Raises:
        NoMesh: a tool or a right is missing.
    """
    for tool, package in (("ip", "iproute2"), ("nft", "nftables"), ("setpriv", "util-linux"), ("openssl", "openssl")):
        if shutil.which(tool) is None:
            message = f"`{tool}` is not installed (package {package})"
            raise NoMesh(message)
    if os.geteuid() != 0:
        message = "network namespaces need root"
        raise NoMesh(message)


def create(place: Place) -> None:
    """Make the control plane's namespace with its bridge.

    Raises:
        NoMesh: the kernel refuses, for instance inside a container without the right.
    """
    try:
        _ip("netns", "add", place.network)
    except subprocess.CalledProcessError as error:
        message = f"no network namespace can be made: {error.stderr.strip()}"
        raise NoMesh(message) from None
    batch = (
        "link set lo up",
        f"link add {_BRIDGE} type bridge",
        f"addr add {place.address}/{PODS.prefixlen} dev {_BRIDGE}",
        f"link set {_BRIDGE} up",
    )
    _batch(place.network, batch)
    forwarding = inside(place.network, ["sysctl", "-qw", "net.ipv4.ip_forward=1"])
    subprocess.run(forwarding, check=True, capture_output=True)


def create_pod(place: Place, number: int) -> str:
    """Make a pod's namespace, plugged into the bridge; its name.

    What the pod sends to an address that is not in the mesh goes to the bridge, and no further: there is no way out.
    """
    name = place.pod_network(number)
    _ip("netns", "add", name)
    _ip("-n", place.network, "link", "add", f"pod{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
    _batch(place.network, (f"link set pod{number} master {_BRIDGE} up",))
    batch = (
        "link set lo up",
        f"addr add {place.pod_address(number)}/{PODS.prefixlen} dev eth0",
        "link set eth0 up",
        f"route add default via {place.address}",
    )
    _batch(name, batch)
    return name


def add_address(place: Place, namespace: str, address: str, added: str) -> None:
    """Give a pod that has `address` another one; the control plane's namespace passes on what is for it."""
    _ip("-n", namespace, "address", "add", f"{added}/32", "dev", "eth0")
    _ip("-n", place.network, "route", "replace", f"{added}/32", "via", address)


def set_hosts(namespace: str, hosts: Mapping[str, str]) -> None:
    """Let names mean addresses for processes that start in that namespace from now on."""
    directory = _HOSTS / namespace
    directory.mkdir(parents=True, exist_ok=True)
    lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in hosts.items())]
    (directory / "hosts").write_text("\n".join(lines) + "\n", encoding="ascii")


def existing(place: Place) -> list[str]:
    """The namespaces of the mesh that exist."""
    listed = _ip("netns", "list").splitlines()
    names = [line.split()[0] for line in listed if line]
    return [name for name in names if name == place.network or name.startswith(f"{place.network}.")]


def meshes() -> list[str]:
    """The names of all meshes that have a network."""
    listed = (line.split()[0] for line in _ip("netns", "list").splitlines() if line)
    return sorted(name.removeprefix(PREFIX) for name in listed if name.startswith(PREFIX) and "." not in name)


def processes(namespace: str) -> list[int]:
    """The processes in a namespace."""
    return [int(line) for line in _ip("netns", "pids", namespace).split()]


def remove(namespaces: Iterable[str]) -> None:
    """Remove namespaces that no process is in, with their cables and names of hosts."""
    for namespace in namespaces:
        _ip("netns", "delete", namespace)
        shutil.rmtree(_HOSTS / namespace, ignore_errors=True)


def inside(namespace: str, command: Sequence[str], user: int | None = None) -> list[str]:
    """`command` as it runs inside a namespace, as another user if one is given."""
    become = [] if user is None else ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return ["ip", "netns", "exec", namespace, *become, *command]


def _batch(namespace: str, lines: Iterable[str]) -> None:
    command = ["ip", "-n", namespace, "-batch", "-"]
    subprocess.run(command, input="\n".join(lines), text=True, check=True, capture_output=True)


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout
