"""A pod: a network namespace with a client and echo server, and before it a real sidecar, or a gateway's proxy."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from tests.conformance.lab.package import envoy_binary
from tests.mesh.binaries import binary, module_directory
from tests.mesh.calls import encoded
from tests.mesh.istiod import SAN, XDS_PORT
from tests.mesh.network import create_pod, inside, set_hosts
from tests.mesh.place import Place
from tests.mesh.processes import Process, Stopped

CHECKOUT: Final = Path(__file__).parents[2]
_PROXY_USER: Final = 1337
_PATIENCE: Final = 60.0
_TEMPLATE: Final = Path("tools", "packaging", "common", "envoy_bootstrap.json")


@dataclass(frozen=True)
class PodSpec:
    """What a pod is to be.

    Attributes:
        namespace: of Kubernetes.
        name: of the pod.
        account: its service account.
        labels: of the pod.
        ports: protocols by port: `http`, `tcp` or `grpc`; those of a gateway are served by its proxy.
        proxy: `sidecar`, `router` for a gateway, or None for a workload outside the mesh.
        trusted_proxies: how many proxies before a gateway it believes.
        environment: further settings of its proxy.
        undeclared: ports that it listens on and nobody is told of.
    """

    namespace: str
    name: str
    account: str
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[int, str] = field(default_factory=dict)
    proxy: Literal["sidecar", "router"] | None = "sidecar"
    trusted_proxies: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    undeclared: Sequence[int] = ()

    def manifest(self) -> dict[str, Any]:
        """The object that a controller would make, with what Istio's injection adds for istiod's eyes."""
        mark = {"security.istio.io/tlsMode": "istio"} if self.proxy else {}
        container = {
            "name": "app",
            "image": "example.com/echo",
            "ports": [{"containerPort": port} for port in self.ports],
        }
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": self.name, "namespace": self.namespace, "labels": {**self.labels, **mark}},
            "spec": {"serviceAccountName": self.account, "nodeName": "laptop", "containers": [container]},
        }


class Pod:
    """A running pod.

    Attributes:
        spec: what it is.
        address: its IP address.
        network: its network namespace.
        directory: where its files are; `proxy.log` is the sidecar's, with the access log.
    """

    def __init__(self, place: Place, number: int, spec: PodSpec) -> None:
        self._place, self._number = place, number
        self.spec = spec
        self.address = place.pod_address(number)
        self.directory = place.directory / "pods" / f"{number}-{spec.namespace}-{spec.name}"
        self.directory.mkdir(parents=True)
        self.network = create_pod(place, number)
        set_hosts(self.network, {})
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._application = self._start_application()
        self._proxy: Process | None = None

    def status(self) -> dict[str, Any]:
        """What a kubelet would report."""
        return {
            "phase": "Running",
            "podIP": self.address,
            "podIPs": [{"ip": self.address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        }

    def start_proxy(self, token: str, root_certificate: str) -> None:
        """Start what a pod of the mesh has beside its application; `wait` waits until it is ready.

        Args:
            token: of the service account, for istiod.
            root_certificate: what istiod's own certificate is verified with.
        """
        if self.spec.proxy == "sidecar":
            self._redirect()
        self._proxy = self._start_agent(token, root_certificate)

    def wait(self) -> None:
        """Return when the proxy has its first configuration and certificate.

        Raises:
            Stopped: it ended, or does not become ready.
        """
        if self._proxy is not None:
            self._proxy.wait_until(self._is_ready, _PATIENCE)

    def call(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Let the application make a call; see `tests.mesh.calls.call`."""
        with self._lock:
            if self._control is None:
                self._control = self._connect()
            return _exchange(self._control, job)

    def hang_up(self) -> None:
        """Close the way to the application; the next call opens it again."""
        with self._lock:
            if self._control is not None:
                self._control.close()
                self._control = None

    def connection(self) -> PodConnection:
        """A way of one's own to the application, for calls beside others."""
        return PodConnection(self._connect())

    def envoy(self, path: str, method: str = "GET") -> str:
        """What the administration page of the pod's Envoy says."""
        job = {"kind": "http", "address": "127.0.0.1", "port": 15000, "host": "x", "method": method, "path": path}
        answer = self.call(job)
        if answer.get("status") != 200:
            message = f"Envoy of {self.spec.name} answers {answer}"
            raise Stopped(message)
        body: str = answer["body"]
        return body

    @property
    def log(self) -> Path:
        """The log of the proxy, with the access log."""
        return self.directory / "proxy.log"

    def _is_ready(self) -> bool:
        page = {"address": "127.0.0.1", "port": 15021, "host": "x", "method": "GET", "path": "/healthz/ready"}
        return self.call({"kind": "http", **page}).get("status") == 200

    def _start_application(self) -> Process:
        path = self.directory / "jobs.socket"
        served = {} if self.spec.proxy == "router" else self.spec.ports
        ports = [f"{port}/{protocol}" for port, protocol in served.items()]
        ports += [f"{port}/any" for port in self.spec.undeclared]
        started = Process(
            [sys.executable, "-m", "tests.mesh.application", str(path), *ports],
            network=self.network,
            log=self.directory / "application.log",
            directory=CHECKOUT,
        )
        started.wait_until(path.exists, _PATIENCE)
        return started

    def _redirect(self) -> None:
        """Istio's own rules, as the init container of an injected pod sets them."""
        words = ["istio-iptables", "--native-nftables", "-p", "15001", "-z", "15006", "-u", str(_PROXY_USER)]
        words += ["-m", "REDIRECT", "-i", "*", "-x", "", "-b", "*", "-d", "15090,15021,15020", "-g", str(_PROXY_USER)]
        command = inside(self.network, [str(binary("pilot-agent")), *words])
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"no redirect in {self.network}: {done.stdout[-500:]}{done.stderr[-500:]}"
            raise Stopped(message)

    def _start_agent(self, token: str, root_certificate: str) -> Process:
        """The agent finds its files by names relative to where it is started."""
        home = self.directory / "proxy"
        for name, text in (
            ("var/run/secrets/tokens/istio-token", token),
            ("var/run/secrets/istio/root-cert.pem", root_certificate),
            ("etc/istio/pod/labels", "".join(f'{key}="{value}"\n' for key, value in self.spec.labels.items())),
        ):
            file = home / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="ascii")
        for name in ("etc/istio/proxy", "var/run/secrets/workload-spiffe-uds"):
            (home / name).mkdir(parents=True, exist_ok=True)
        for place in (home, *home.rglob("*")):
            os.chown(place, _PROXY_USER, _PROXY_USER)
        template = module_directory("istio", "istio.io/istio") / _TEMPLATE
        shutil.copy(template, home / "bootstrap.json")
        words = ["proxy", str(self.spec.proxy), "--domain", f"{self.spec.namespace}.svc.cluster.local"]
        words += ["--proxyLogLevel=warning", "--concurrency=1", "--templateFile=bootstrap.json"]
        return Process(
            [str(self._place.program(binary("pilot-agent"))), *words],
            network=self.network,
            log=self.log,
            directory=home,
            environment=self._environment(root_certificate="./var/run/secrets/istio/root-cert.pem"),
            user=_PROXY_USER,
        )

    def _environment(self, root_certificate: str) -> dict[str, str]:
        """As Istio's injection template sets it, less `CA_ADDR`: the agent asks where its configuration comes from."""
        spec = self.spec
        proxy = {
            "discoveryAddress": f"{self._place.address}:{XDS_PORT}",
            "binaryPath": str(self._place.program(envoy_binary())),
            "statusPort": 15020,
            "terminationDrainDuration": "0s",
            "concurrency": 1,
            "gatewayTopology": {"numTrustedProxies": spec.trusted_proxies},
        }
        return {
            "POD_NAME": spec.name,
            "POD_NAMESPACE": spec.namespace,
            "INSTANCE_IP": self.address,
            "HOST_IP": self._place.address,
            "SERVICE_ACCOUNT": spec.account,
            "TRUST_DOMAIN": "cluster.local",
            "PILOT_CERT_PROVIDER": "istiod",
            "JWT_POLICY": "third-party-jwt",
            "ISTIOD_SAN": SAN,
            "XDS_ROOT_CA": root_certificate,
            "CA_ROOT_CA": root_certificate,
            "PROXY_CONFIG": json.dumps(proxy),
            "ISTIO_META_CLUSTER_ID": "Kubernetes",
            "ISTIO_META_INTERCEPTION_MODE": "REDIRECT",
            "ISTIO_META_WORKLOAD_NAME": spec.name,
            "ISTIO_META_MESH_ID": "cluster.local",
            "ISTIO_META_NODE_NAME": "laptop",
            "GOMEMLIMIT": "64MiB",
            **spec.environment,
        }

    def _connect(self) -> socket.socket:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.connect(str(self.directory / "jobs.socket"))
        return control


class PodConnection:
    """Calls of a pod that do not wait for other calls of it."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def call(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Let the application make a call; see `tests.mesh.calls.call`."""
        return _exchange(self._control, job)

    def close(self) -> None:
        """Call no more."""
        self._control.close()


def _exchange(control: socket.socket, job: Mapping[str, Any]) -> dict[str, Any]:
    control.sendall(encoded(job))
    said = b""
    while not said.endswith(b"\n"):
        more = control.recv(1 << 16)
        if not more:
            message = "the application of a pod has ended"
            raise Stopped(message)
        said += more
    answer: dict[str, Any] = json.loads(said)
    return answer
