"""A mesh: control plane and pods, from nothing to ready, and back to nothing."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.conformance.lab.authority import Authority
from tests.conformance.lab.package import envoy_binary
from tests.mesh import network, processes
from tests.mesh.binaries import PROGRAMS, binary
from tests.mesh.cluster import Cluster, istio_definitions
from tests.mesh.istiod import ROOT_NAMESPACE, Istiod
from tests.mesh.key_server import KeyServer
from tests.mesh.objects import ServiceSpec, account, namespace
from tests.mesh.place import PREFIX, Place
from tests.mesh.pod import Pod, PodSpec
from tests.mesh.settling import settle
from ztdsl.traffic.mesh import Mesh as Facts

_AT_ONCE: Final = 4
OWNER: Final = "owner"
"""The file with the id of the process that the mesh ends with."""
ISTIO_CA: Final = "istio-ca"


class Mesh:
    """A running mesh; as a context it ends with the block.

    Attributes:
        place: where it is.
        cluster: its API server.
        authority: signs the certificates of its workloads.
        key_server: serves the key sets of issuers.
        istiod: its control plane.
        pods: by namespace and name.
        services: likewise.
    """

    def __init__(
        self,
        name: str,
        facts: Facts | None = None,
        configuration: Mapping[str, Any] | None = None,
        key_hosts: Sequence[str] = ("keys.example.com",),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the control plane.

        Args:
            name: of the mesh, see `Place`.
            facts: what policies are built for; a plain mesh if None.
            configuration: what its mesh configuration says beside that.
            key_hosts: what its key server is called.
            environment: further settings of its istiod.

        Raises:
            NoMesh: it cannot run here.
            Stopped: a part of it ended or did not come up.
        """
        require()
        self.place = Place(name)
        remove(self.place)
        remove_abandoned()
        self.place.directory.mkdir(mode=0o755)
        (self.place.directory / OWNER).write_text(str(os.getpid()), encoding="ascii")
        network.create(self.place)
        try:
            (self.place.directory / "certificates").mkdir()
            self.authority = Authority(self.place.directory / "certificates")
            self.cluster = Cluster(self.place)
            self.cluster.kubectl("create", "-f", "-", stdin=istio_definitions())
            self.cluster.apply([namespace(ROOT_NAMESPACE)])
            self.key_server = KeyServer(self.place, key_hosts)
            self.istiod = Istiod(self.place, self.cluster, self.authority, facts or Facts(), configuration, environment)
        except BaseException:
            remove(self.place)
            raise
        self.pods: dict[tuple[str, str], Pod] = {}
        self.services: dict[tuple[str, str], ServiceSpec] = {}
        self._addresses: dict[tuple[str, str], str] = {}
        self._marks = itertools.count(1)
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pod in self.pods.values():
            pod.hang_up()
        remove(self.place)

    def keep(self) -> None:
        """Let it run on when this process ends, until somebody removes it."""
        (self.place.directory / OWNER).unlink()

    def add_pods(self, specs: Sequence[PodSpec]) -> None:
        """Start pods and what Kubernetes knows of them; ready when all their proxies are.

        Their namespaces are made where they are lacking.
        """
        spaces = sorted({each.namespace for each in specs})
        accounts = sorted({(each.namespace, each.account) for each in specs})
        self.cluster.apply([namespace(each) for each in spaces])
        self.cluster.apply([*(account(*each) for each in accounts), *(each.manifest() for each in specs)])
        with ThreadPoolExecutor(_AT_ONCE) as workers:
            pods = list(workers.map(lambda spec: Pod(self.place, next(self._numbers), spec), specs))
            list(workers.map(self._report, pods))
            list(workers.map(self._start_proxy, pods))
            list(workers.map(Pod.wait, pods))
        self.pods |= {(pod.spec.namespace, pod.spec.name): pod for pod in pods}

    def remove_pods(self) -> None:
        """End all pods, and let Kubernetes forget them and their services."""
        for pod in self.pods.values():
            pod.hang_up()
        networks = [pod.network for pod in self.pods.values()]
        processes.end(lambda: [each for name in networks for each in network.processes(name)])
        network.remove(networks)
        for space, name in self.services:
            self._forget("/apis/discovery.k8s.io/v1", space, "endpointslices", name)
            self._forget("/api/v1", space, "services", name)
        for space, name in self.pods:
            self._forget("/api/v1", space, "pods", name)
        self.pods, self.services, self._addresses = {}, {}, {}

    def add_services(self, services: Sequence[ServiceSpec]) -> None:
        """Make services, with the pods that stand behind each as its endpoints."""
        objects = [part for each in services for part in each.manifests(self._behind(each))]
        self.cluster.apply(objects)
        self.services |= {(each.namespace, each.name): each for each in services}
        for pod in self.pods.values():
            network.set_hosts(pod.network, self._names_seen_from(pod.spec.namespace))

    def address_of(self, space: str, service: str) -> str:
        """The address of a service in the cluster."""
        known = (space, service)
        if known not in self._addresses:
            spec = self.cluster.ask("GET", f"/api/v1/namespaces/{space}/services/{service}")["spec"]
            self._addresses[known] = spec["clusterIP"]
        return self._addresses[known]

    def give_address(self, pod: Pod, address: str) -> None:
        """Let a pod have one more address, which all pods reach."""
        network.add_address(self.place, pod.network, pod.address, address)

    def settle(self) -> None:
        """Return when every proxy has what was applied before.

        A mark is applied: a service outside the mesh that each sidecar listens for. Whoever has it, or the version of
        the configuration that brought it, has what came before it.

        Raises:
            Stopped: a proxy does not take it in time, or has refused something.
        """
        settle(self.cluster, [pod for pod in self.pods.values() if pod.spec.proxy], next(self._marks))

    def _forget(self, group: str, space: str, kind: str, name: str) -> None:
        """Delete an object now, without the grace that a kubelet would end."""
        self.cluster.ask("DELETE", f"{group}/namespaces/{space}/{kind}/{name}", {"gracePeriodSeconds": 0})

    def _behind(self, service: ServiceSpec) -> dict[str, str]:
        pods = [pod for pod in self.pods.values() if pod.spec.namespace == service.namespace]
        chosen = (pod for pod in pods if service.selector.items() <= pod.spec.labels.items())
        return {pod.spec.name: pod.address for pod in chosen}

    def _report(self, pod: Pod) -> None:
        path = f"/api/v1/namespaces/{pod.spec.namespace}/pods/{pod.spec.name}/status"
        self.cluster.ask("PATCH", path, {"status": pod.status()}, kind="merge-patch+json")

    def _start_proxy(self, pod: Pod) -> None:
        if pod.spec.proxy:
            token = self.cluster.token(pod.spec.namespace, pod.spec.account, ISTIO_CA)
            pod.start_proxy(token, self.authority.root)

    def _names_seen_from(self, space: str) -> dict[str, str]:
        """What a name server of Kubernetes would answer a pod of that namespace."""
        names: dict[str, str] = {}
        for each in self.services.values():
            address = self.address_of(each.namespace, each.name)
            long = f"{each.name}.{each.namespace}"
            names |= dict.fromkeys((long, f"{long}.svc", f"{long}.svc.cluster.local"), address)
            if each.namespace == space:
                names[each.name] = address
        return names


def require() -> None:
    """See that a mesh can run here, and build what is lacking.

    Raises:
        NoMesh: it cannot; the message says why.
    """
    network.require_tools()
    for name in PROGRAMS:
        binary(name)
    envoy_binary()


def remove_abandoned() -> None:
    """Remove meshes whose process was killed before it could."""
    for name in network.meshes():
        place = Place(name)
        if _is_abandoned(place):
            remove(place)


def _is_abandoned(place: Place) -> bool:
    """Whether the mesh belongs to a process that has ended; not one that stays, or is just being removed."""
    try:
        owner = (place.directory / OWNER).read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return not Path("/proc", owner).exists()


def remove(place: Place) -> None:
    """End all of a mesh and remove what it left; nothing happens where nothing is.

    Several processes may find the same abandoned mesh: one after the other looks at what is left.
    """
    with Path(tempfile.gettempdir(), f"{PREFIX}removal.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        namespaces = network.existing(place)
        processes.end(lambda: [each for name in namespaces for each in network.processes(name)])
        network.remove(namespaces)
        shutil.rmtree(place.directory, ignore_errors=True)
